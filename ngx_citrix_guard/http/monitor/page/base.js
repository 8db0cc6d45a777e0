// What all parts of the page share: its state, elements, numbers and times.
//
// Whatever comes from a client is set by textContent, and nothing is ever
// parsed as HTML.

const EVERY = 5000;
const LIMIT = 10000;
const ROWS = 50;
const KEPT = 1000;
const VERSION = 1;

const VERDICTS = ["blocked", "detected", "exempted"];
const OUTCOMES = ["blocked", "attempt", "unknown", "scan-success",
    "exploit-suspected"];
const THROUGH = ["unknown", "scan-success", "exploit-suspected"];
const REASONS = ["traversal", "query", "vpns", "parent", "malformed",
    "header", "injection", "upgrade", "unseen", "rule", "error", "unknown"];

const at = id => document.getElementById(id);

let lang = /^nl\b/i.test(navigator.language || "") ? "nl" : "en";
let data = null;
let heard = 0;
let lostSince = null;
let problem = null;
let paused = false;


function say() {
    return TEXT[lang];
}


function make(name, given = {}, ...inside) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(given)) {
        element.setAttribute(key, value);
    }
    element.append(...inside.map(String));
    return element;
}


function fill(element, ...children) {
    element.replaceChildren(...children);
    return element;
}


function put(id, text) {
    if (at(id).textContent !== text) {
        at(id).textContent = text;
    }
}


function code(text) {
    return make("span", { class: "code" }, text);
}


// as the browser's own user writes it, if that is in the page's language
function locale() {
    return [].concat(navigator.languages || [])
        .find(l => l.slice(0, 3).toLowerCase() === `${lang}-`)
        || { en: "en-GB", nl: "nl-NL" }[lang];
}


function number(n) {
    return Number(n || 0).toLocaleString(locale());
}


const DATE = { day: "numeric", month: "short", year: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...CLOCK, second: "2-digit" };
const formats = new Map();


// logs have 24 hours, and so has the page
function written(when, how) {
    const key = JSON.stringify([locale(), how]);
    if (!formats.has(key)) {
        formats.set(key, new Intl.DateTimeFormat(locale(), how));
    }
    const date = new Date(when);
    return isNaN(date) ? "?" : formats.get(key).format(date);
}


function moment(when) {
    return written(when, { ...DATE, ...SECONDS, timeZoneName: "short" });
}


function timeOf(text) {
    return make("time", { datetime: text, title: text },
                written(text, { ...DATE, ...SECONDS }));
}


function zoneName() {
    const how = Intl.DateTimeFormat().resolvedOptions();
    const short = new Intl.DateTimeFormat(locale(),
        { timeZoneName: "short" }).formatToParts(new Date())
        .find(part => part.type === "timeZoneName").value;
    return how.timeZone === short ? short : `${how.timeZone} (${short})`;
}


// a server without a name of its own has that of the node
function named(name) {
    return name === "" || name === "_" ? data.node
        : name === "other" ? say().others : name;
}


function label(name) {
    return say().name[name] || name;
}


function count(where, name) {
    return where && where[name] ? where[name].count : 0;
}


function sum(kind, name) {
    return data.servers.reduce((n, s) => n + count(s[kind], name), 0);
}


function got(server) {
    return THROUGH.reduce((n, o) => n + count(server.outcomes, o), 0);
}


function through() {
    return data.servers.reduce((n, s) => n + got(s), 0);
}


function latest(texts) {
    return texts.reduce((a, b) => (a > b ? a : b), "");
}


// heads: text or [text, class]; a cell may be text or an element
function table(heads, rows) {
    const box = make("table");
    const line = make("tr");
    const body = make("tbody");
    const labels = heads.map(h => [].concat(h));
    line.append(...labels.map(([text, kind]) => make("th",
        { scope: "col", ...kind && { class: kind } }, text)));
    const head = make("thead");
    head.append(line);
    for (const row of rows) {
        const tr = make("tr");
        row.forEach((cell, i) => {
            const [text, kind] = labels[i];
            const td = make("td", { "data-label": text,
                                    ...kind && { class: kind } });
            td.append(cell);
            tr.append(td);
        });
        body.append(tr);
    }
    box.append(head, body);
    return box;
}


function tableOrNone(heads, rows) {
    return rows.length ? table(heads, rows) : make("p", {}, say().none);
}
