"use strict";

// Whatever comes from a client is set by textContent, and nothing is ever
// parsed as HTML.

const EVERY = 5000;
const LIMIT = 10000;
const ROWS = 50;
const KEPT = 1000;

const TEXT = {
    en: {
        other: "Nederlands", pause: "Pause", resume: "Resume",
        counts: "Since it was started", plot: "Attempts over time",
        servers: "Servers and their modes", sources: "Sources",
        events: "The last events", span: "Span", by: "By",
        reason: "Reason", outcome: "Outcome", verdict: "Done",
        day: "24 hours", hours: "6 hours", hour: "1 hour",
        table: "The same as a table", history: "Changes of modes",
        filter: "Filter", all: "all", more: "Show more",
        time: "Time", client: "Client", target: "Target", status: "Status",
        server: "Server", modes: "Mode", since: "Since", passed: "Clean",
        blocked: "Blocked", detected: "Detected", exempted: "Exempted",
        through: "Got through?", canary: "Canary", source: "Source",
        count: "Events", error: "At most too many", last: "Last",
        first: "First", details: "Details", none: "None.",
        unnamed: "(no name)", gone: "no longer configured",
        reading: "Reading", host: "Host", method: "Method", id: "Reference",
        user_agent: "Browser", rule: "Rule", at: "Found",
        upstream: "Answer of the ADC", errors: "Errors",
        wait: "Waiting for the first answer.",
        lost: t => `No connection since ${t}: what is below may be old.`,
        unknown: "Nobody knows whether we are shielded: no connection.",
        fresh: t => `As of ${t}`, paused: t => `Paused, as of ${t}`,
        off: "We are not shielded: the guard is off.",
        offAt: names => `The guard is off in some place of ${names}.`,
        detect: (names, t) => `Nothing is blocked at ${names}: the guard `
            + `only detects, since ${t}.`,
        clock: "We cannot tell: the clock of the server was set back, so no "
            + "time below is right.",
        noServer: "We cannot tell: no server is configured that could be "
            + "guarded.",
        gotUnknown: n => `Of ${number(n)} the ADC's answer is not known.`,
        todo: "What to do now: block (citrix_guard on), save the logs, tell "
            + "whoever decides, and go through docs/incident.md.",
        got: (n, t) => `${number(n)} request${n === 1 ? "" : "s"} may have `
            + `got through, the last one at ${t}.`,
        alsoOn: t => `The guard has been blocking since ${t}.`,
        alsoPart: names => `Not everything is blocked at: ${names}.`,
        part: (names, t) => `We are partly shielded: not everything is `
            + `blocked at ${names}, since ${t}.`,
        on: (t, names) => `We have been shielded since ${t} at ${names}, and `
            + "nothing got through.",
        nothing: "There is no sign that anything got through.",
        forwarded: n => `${n} went to the ADC, without a sign of success.`,
        sourcesNote: n => `Counted in fixed memory: a count is at most as `
            + `many too high as it says, and no source with more than ${n} `
            + `events is missing. Of IPv6, a network (/64) is one source.`,
        found: (n, m) => `${n} of ${m} events`,
        was: (modes, t) => `${modes} since ${t}`,
    },
    nl: {
        other: "English", pause: "Pauzeer", resume: "Hervat",
        counts: "Sinds de start", plot: "Pogingen in de tijd",
        servers: "Servers en hun standen", sources: "Bronnen",
        events: "De laatste gebeurtenissen", span: "Periode", by: "Naar",
        reason: "Reden", outcome: "Afloop", verdict: "Gedaan",
        day: "24 uur", hours: "6 uur", hour: "1 uur",
        table: "Hetzelfde als tabel", history: "Wijzigingen van de stand",
        filter: "Filter", all: "alle", more: "Toon meer",
        time: "Tijd", client: "Client", target: "Doel", status: "Status",
        server: "Server", modes: "Stand", since: "Sinds", passed: "Schoon",
        blocked: "Geblokkeerd", detected: "Gezien", exempted: "Vrijgesteld",
        through: "Doorgekomen?", canary: "Kanarie", source: "Bron",
        count: "Aantal", error: "Hooguit te veel", last: "Laatste",
        first: "Eerste", details: "Details", none: "Geen.",
        unnamed: "(zonder naam)", gone: "niet meer ingesteld",
        reading: "Lezing", host: "Host", method: "Methode", id: "Kenmerk",
        user_agent: "Browser", rule: "Regel", at: "Gevonden",
        upstream: "Antwoord van de ADC", errors: "Fouten",
        wait: "Wachten op het eerste antwoord.",
        lost: t => `Geen verbinding sinds ${t}: wat hieronder staat kan `
            + `verouderd zijn.`,
        unknown: "Niemand weet of we beschermd zijn: geen verbinding.",
        fresh: t => `Stand van ${t}`, paused: t => `Gepauzeerd, stand van ${t}`,
        off: "We zijn niet beschermd: de guard staat uit.",
        offAt: names => `De guard staat ergens uit bij ${names}.`,
        detect: (names, t) => `Er wordt niets geblokkeerd bij ${names}: de `
            + `guard kijkt alleen, sinds ${t}.`,
        clock: "We weten het niet: de klok van de server is teruggezet, dus "
            + "geen tijd hieronder klopt.",
        noServer: "We weten het niet: er is geen server ingesteld die "
            + "beschermd kan worden.",
        gotUnknown: n => `Van ${number(n)} is het antwoord van de ADC niet `
            + "bekend.",
        todo: "Wat nu te doen: blokkeer (citrix_guard on), bewaar de logs, "
            + "waarschuw wie beslist, en volg docs/incident.md.",
        got: (n, t) => `${number(n)} ${n === 1 ? "verzoek is"
            : "verzoeken zijn"} `
            + `mogelijk doorgekomen, het laatste om ${t}.`,
        alsoOn: t => `De guard blokkeert sinds ${t}.`,
        alsoPart: names => `Niet alles wordt geblokkeerd bij: ${names}.`,
        part: (names, t) => `We zijn deels beschermd: niet alles wordt `
            + `geblokkeerd bij ${names}, sinds ${t}.`,
        on: (t, names) => `We zijn beschermd sinds ${t} bij ${names}, en er is `
            + "niets doorgekomen.",
        nothing: "Er is geen teken dat er iets is doorgekomen.",
        forwarded: n => `${n} gingen naar de ADC, zonder teken van succes.`,
        sourcesNote: n => `Geteld in vast geheugen: een aantal is hooguit `
            + `zoveel te hoog als erbij staat, en geen bron met meer dan `
            + `${n} gebeurtenissen ontbreekt. Van IPv6 is een netwerk (/64) `
            + `een bron.`,
        found: (n, m) => `${n} van ${m} gebeurtenissen`,
        was: (modes, t) => `${modes} sinds ${t}`,
    },
};

const VERDICTS = ["blocked", "detected", "exempted"];
const OUTCOMES = ["blocked", "attempt", "unknown", "scan-success",
    "exploit-suspected"];
const THROUGH = ["unknown", "scan-success", "exploit-suspected"];
const REASONS = ["traversal", "query", "vpns", "parent", "malformed",
    "header", "injection", "upgrade", "unseen", "rule", "error", "unknown"];
const DETAILS = ["time", "id", "client", "host", "server", "method", "target",
    "reading", "user_agent", "verdict", "outcome", "reason", "rule", "at",
    "status", "upstream"];
const COLOURS = { blocked: 3, attempt: 0, unknown: 5, "scan-success": 1,
                  "exploit-suspected": 4 };
const SPANS = { day: 288, hours: 72, hour: 12 };

const at = id => document.getElementById(id);

let lang = /^nl\b/i.test(navigator.language || "") ? "nl" : "en";
let data = null;
let events = [];
let lastSeen = 0;
let lostSince = null;
let paused = false;
let shown = ROWS;
let timer = 0;
const open = new Set();


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


function number(n) {
    return Number(n || 0).toLocaleString(lang);
}


function moment(text) {
    const when = new Date(text);
    const day = when.toDateString() === new Date().toDateString();
    return when.toLocaleString(lang, day ? { timeStyle: "medium" }
        : { dateStyle: "medium", timeStyle: "medium" });
}


function timeOf(text) {
    return make("time", { datetime: text, title: text }, moment(text));
}


function named(name) {
    return name === "" ? say().unnamed : name;
}


function count(where, name) {
    return where[name] ? where[name].count : 0;
}


function sum(kind, name) {
    return data.servers.reduce((n, s) => n + count(s[kind], name), 0);
}


function through() {
    return THROUGH.reduce((n, o) => n + sum("outcomes", o), 0);
}


function got(server) {
    return THROUGH.reduce((n, o) => n + count(server.outcomes, o), 0);
}


function latest(texts) {
    return texts.reduce((a, b) => (a > b ? a : b), "");
}


// the one sentence: [colour, sentence, note]
function answer() {
    const t = say();
    if (!data) {
        return lostSince ? ["amber", t.unknown, ""] : ["wait", t.wait, ""];
    }
    const servers = data.servers.filter(s => s.modes.length);
    const guarded = servers.filter(
        s => s.modes.includes("on") || s.modes.includes("detect"));
    const off = servers.filter(s => s.modes.includes("off"));
    const partly = guarded.filter(s => s.modes.join() !== "on");
    const list = some => `${some.map(s => named(s.name)).join(", ")} `
        + `(${data.node})`;
    const since = latest((partly.length ? partly : guarded)
        .map(s => s.since));
    const much = through();
    const forwarded = sum("outcomes", "attempt");
    if (lostSince) {
        return ["amber", t.unknown, t.lost(moment(lostSince))];
    }
    if (much) {
        const last = latest(data.servers.flatMap(s =>
            THROUGH.map(
                o => s.outcomes[o] ? s.outcomes[o].last : "")));
        const unanswered = sum("outcomes", "unknown");
        return ["red", t.got(much, moment(last)),
                (unanswered ? `${t.gotUnknown(unanswered)} ` : "")
                + `${!guarded.length ? t.off
                    : partly.length ? t.alsoPart(list(partly))
                    : t.alsoOn(moment(since))} ${t.todo}`];
    }
    if (!servers.length) {
        return ["amber", t.noServer, ""];
    }
    if (!guarded.length) {
        return ["red", t.off, list(off)];
    }
    if (data.now < latest([data.started, data.configured, since])) {
        return ["amber", t.clock, ""];
    }
    const note = forwarded ? t.forwarded(number(forwarded)) : t.nothing;
    if (off.length) {
        return ["amber", t.offAt(list(off)), note];
    }
    if (guarded.every(s => s.modes.join() === "detect")) {
        return ["amber", t.detect(list(guarded), moment(since)), note];
    }
    return partly.length
        ? ["amber", t.part(list(partly), moment(since)), note]
        : ["green", t.on(moment(since), list(guarded)),
           forwarded ? note : ""];
}


function showAnswer() {
    const [colour, sentence, note] = answer();
    const box = at("answer");
    box.className = `answer ${colour}`;
    for (const [id, text] of [["sentence", sentence], ["note", note]]) {
        if (at(id).textContent !== text) {
            at(id).textContent = text;
        }
    }
    document.title = `${{ green: "\u2713", red: "\u2717" }[colour] || "!"}`
        + " citrix_guard";
    document.body.classList.toggle("lost", lostSince !== null);
}


function showFresh() {
    const t = say();
    at("fresh").textContent = lostSince ? t.lost(moment(lostSince))
        : !data ? "" : (paused ? t.paused : t.fresh)(moment(data.now));
}


function showCounts() {
    const t = say();
    const card = (label, n, note, bad) => {
        const box = make("div", bad ? { class: "bad" } : {});
        const value = make("dd", {}, number(n));
        if (note) {
            value.append(make("small", {}, note));
        }
        box.append(make("dt", {}, label), value);
        return box;
    };
    const passed = data.servers.reduce((n, s) => n + s.passed, 0);
    const canary = VERDICTS.reduce((n, v) => n + count(data.canary, v), 0);
    const letBy = data.canaries.reduce((n, c) => n + c.let_by.count, 0);
    const last = v => {
        const when = latest(data.servers.map(
            s => s.verdicts[v] ? s.verdicts[v].last : ""));
        return when && `${t.last} ${moment(when)}`;
    };
    fill(at("counts"),
        card(t.passed, passed),
        ...VERDICTS.map(v => card(t[v], sum("verdicts", v), last(v))),
        card(t.through, through(), "", through() > 0),
        card(t.errors, data.errors.count, "", data.errors.count > 0),
        ...canary ? [card(t.canary, canary,
            letBy ? "!" : VERDICTS.filter(v => count(data.canary, v))
                .map(v => t[v]).join(", "), letBy > 0)] : []);
}


const SVG = "http://www.w3.org/2000/svg";


function draw(name, given, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(given)) {
        element.setAttribute(key, value);
    }
    if (text !== undefined) {
        element.textContent = text;
    }
    return element;
}


// the series as columns of [start, [counts]], and their names
function columns() {
    const steps = SPANS[at("span").value];
    const by = at("by").value;
    const series = data.series[by];
    const names = (by === "reasons" ? REASONS : OUTCOMES)
        .filter(name => series[name]);
    const wide = steps === 288 ? 3 : 1;
    const first = Date.parse(data.series.first);
    const list = [];
    for (let i = 288 - steps; i < 288; i += wide) {
        list.push([new Date(first + i * data.series.step * 1000),
            names.map(name => series[name].slice(i, i + wide)
                .reduce((a, b) => a + b, 0))]);
    }
    return [names, list];
}


function clock(when) {
    return when.toLocaleTimeString(lang, { hour: "2-digit",
                                           minute: "2-digit" });
}


function showPlot() {
    const t = say();
    const [names, list] = columns();
    const colours = names.map(name => `c${COLOURS[name]
        ?? REASONS.indexOf(name)}`);
    const total = list.map(([, counts]) => counts.reduce((a, b) => a + b, 0));
    const top = Math.max(1, ...total);
    const width = Math.max(300, at("plot").clientWidth);
    const [left, right, height, above] = [46, 8, 240, 12];
    const [low, step] = [height - 26, (width - left - right) / list.length];
    const label = `${t.plot}: ${number(total.reduce((a, b) => a + b, 0))}`;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`,
                              role: "img", "aria-label": label });
    for (const part of top > 1 ? [0, 0.5, 1] : [0, 1]) {
        const y = low - part * (low - above);
        svg.append(draw("line", { x1: left, x2: width - right, y1: y, y2: y }),
            draw("text", { x: left - 6, y: y + 4, "text-anchor": "end" },
                 number(Math.round(top * part))));
    }
    list.forEach(([when, counts], i) => {
        let y = low;
        counts.forEach((n, k) => {
            // the one that got through is seen beside a thousand
            const h = Math.max(2, n / top * (low - above));
            if (!n) {
                return;
            }
            y -= h;
            const bar = draw("rect", { x: left + i * step, y, height: h,
                width: Math.max(1, step - 1), class: colours[k] });
            bar.append(draw("title", {},
                `${clock(when)} ${names[k]}: ${number(n)}`));
            svg.append(bar);
        });
    });
    const marks = width < 500 ? 3 : 6;
    for (let m = 0; m <= marks; m++) {
        const i = Math.min(list.length - 1, Math.round(list.length / marks * m));
        svg.append(draw("text", { x: left + i * step, y: height - 8,
            "text-anchor": m === 0 ? "start" : m === marks ? "end" : "middle" },
            clock(list[i][0])));
    }
    fill(at("plot"), svg);
    fill(at("legend"), ...names.map((name, k) => {
        const item = make("li");
        item.append(make("span", { class: `key ${colours[k]}`,
                                   "aria-hidden": "true" }), name);
        return item;
    }));
    const rows = list.map(([when, counts]) => [when, counts])
        .filter(([, counts]) => counts.some(n => n));
    fill(at("plot-table"), rows.length ? table(
        [t.time, ...names.map(n => [n, "number"])],
        rows.map(([when, counts]) => [clock(when), ...counts.map(number)]))
        : make("p", {}, t.none));
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


function code(text) {
    return make("span", { class: "code" }, text);
}


function showServers() {
    const t = say();
    const list = data.servers;
    fill(at("servers"), list.length ? table(
        [t.server, t.modes, t.since, [t.passed, "number"],
         ...VERDICTS.map(v => [t[v], "number"]), [t.through, "number"]],
        list.map(s => [
            code(named(s.name)),
            s.modes.length
                ? make("span", { class: s.modes.join() === "on" ? "blocked"
                    : "attempt" }, s.modes.join(" + "))
                : make("span", { class: "gone" }, t.gone),
            timeOf(s.since), number(s.passed),
            ...VERDICTS.map(v => number(count(s.verdicts, v))),
            make("span", {
                class: got(s) ? "through" : "" }, number(got(s))),
        ])) : make("p", {}, t.none));
    fill(at("history"), ...data.history.slice().reverse().map(h => {
        const item = make("li");
        item.append(timeOf(h.time), " ", code(named(h.server)), ": ",
                    h.modes.length ? h.modes.join(" + ") : t.gone);
        return item;
    }));
}


function showSources() {
    const t = say();
    const all = VERDICTS.reduce((n, v) => n + sum("verdicts", v), 0);
    at("sources-note").textContent = t.sourcesNote(
        number(Math.ceil(all / 256)));
    fill(at("sources"), data.sources.length ? table(
        [t.source, [t.count, "number"], [t.error, "number"], t.last],
        data.sources.slice(0, 10).map(s => [code(s.source), number(s.count),
                                            number(s.error), timeOf(s.last)]))
        : make("p", {}, t.none));
}


function wanted(event) {
    const text = at("filter").value.toLowerCase();
    return ["verdict", "outcome", "reason"].every(
            kind => !at(kind).value || event[kind] === at(kind).value)
        && (!text || DETAILS.some(name =>
            String(event[name] ?? "").toLowerCase().includes(text)));
}


function kindOf(outcome) {
    return /^(?:scan|exploit|unknown)/.test(outcome) ? "through" : outcome;
}


function details(event) {
    const t = say();
    const list = make("dl");
    for (const name of DETAILS) {
        if (event[name] !== undefined && event[name] !== "") {
            list.append(make("dt", {}, t[name]),
                make("dd", { class: "code" }, event[name]));
        }
    }
    return list;
}


function row(event) {
    const t = say();
    const id = `event-${event.number}`;
    const button = make("button", { type: "button", "aria-controls": id,
        "aria-expanded": String(open.has(event.number)),
        "aria-label": `${t.details} ${event.number}` }, "\u2026");
    button.addEventListener("click", () => {
        if (!open.delete(event.number)) {
            open.add(event.number);
        }
        showEvents();
        const again = document.querySelector(`[aria-controls="${id}"]`);
        if (again) {
            again.focus();
        }
    });
    const verdict = event.verdict + (event.canary ? ` (${t.canary})` : "");
    return [timeOf(event.time), code(event.client),
        code(`${event.method} ${event.target}`), event.reason,
        make("span", { class: event.verdict }, verdict),
        make("span", { class: kindOf(event.outcome) }, event.outcome),
        event.upstream ? `${event.status} / ${event.upstream}`
            : String(event.status), button];
}


function showEvents() {
    const t = say();
    const list = events.filter(wanted);
    const part = list.slice(0, shown);
    at("found").textContent = t.found(number(list.length),
                                      number(events.length));
    at("more").hidden = list.length <= shown;
    if (!part.length) {
        fill(at("events"), make("p", {}, t.none));
        return;
    }
    const box = table([t.time, t.client, t.target, t.reason, t.verdict,
                       t.outcome, t.status, t.details], part.map(row));
    const rows = box.querySelectorAll("tbody tr");
    part.forEach((event, i) => {
        if (open.has(event.number)) {
            const cell = make("td", { colspan: 8, class: "details" });
            const line = make("tr", { id: `event-${event.number}` });
            cell.append(details(event));
            line.append(cell);
            rows[i].after(line);
        }
    });
    fill(at("events"), box);
}


function choose(id, pairs) {
    const select = at(id);
    const value = select.value;
    fill(select, ...pairs.map(([key, text]) => make("option",
                                                    { value: key }, text)));
    if (pairs.some(([key]) => key === value)) {
        select.value = value;
    }
}


function showLabels() {
    const t = say();
    document.documentElement.lang = lang;
    for (const name of ["counts", "plot", "servers", "sources", "events"]) {
        at(`h-${name}`).textContent = t[name];
    }
    for (const name of ["span", "by", "table", "history", "filter", "verdict",
                        "outcome", "reason"]) {
        at(`l-${name}`).textContent = t[name];
    }
    at("language").textContent = t.other;
    at("language").lang = lang === "en" ? "nl" : "en";
    at("pause").textContent = paused ? t.resume : t.pause;
    at("pause").setAttribute("aria-pressed", String(paused));
    at("more").textContent = t.more;
    choose("span", Object.keys(SPANS).map(key => [key, t[key]]));
    choose("by", [["reasons", t.reason], ["outcomes", t.outcome]]);
    choose("verdict", [["", t.all], ...VERDICTS.map(v => [v, v])]);
    choose("outcome", [["", t.all], ...OUTCOMES.map(o => [o, o])]);
    choose("reason", [["", t.all], ...REASONS.map(r => [r, r])]);
}


function showData() {
    showCounts();
    showPlot();
    showServers();
    showSources();
}


function showAll() {
    showLabels();
    showAnswer();
    showFresh();
    if (data) {
        showData();
        showEvents();
    }
}


function take(json) {
    const restarted = data && data.started !== json.started;
    if (restarted || json.last < lastSeen) {
        events = [];
        open.clear();
    }
    const news = json.events.slice().reverse();
    const known = new Set(events.map(e => e.number));
    events = news.filter(e => !known.has(e.number)).concat(events)
        .slice(0, KEPT);
    lastSeen = json.last;
    data = json;
    lostSince = null;
    return news.length || restarted;
}


async function refresh() {
    clearTimeout(timer);
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), LIMIT);
    try {
        const from = location.pathname + "?format=json&since=" + lastSeen;
        const reply = await fetch(from, { cache: "no-store",
            credentials: "same-origin", signal: stop.signal });
        if (!reply.ok) {
            throw new Error(String(reply.status));
        }
        const first = data === null;
        const changed = take(await reply.json());
        showAnswer();
        showFresh();
        showData();
        if (changed || first) {
            showEvents();
        }
    } catch (error) {
        lostSince = lostSince || new Date().toISOString();
        showAnswer();
        showFresh();
    } finally {
        clearTimeout(limit);
        if (!paused) {
            timer = setTimeout(refresh, EVERY);
        }
    }
}


at("language").addEventListener("click", () => {
    lang = lang === "en" ? "nl" : "en";
    showAll();
});

at("pause").addEventListener("click", () => {
    paused = !paused;
    showLabels();
    showFresh();
    if (paused) {
        clearTimeout(timer);
    } else {
        refresh();
    }
});

for (const id of ["filter", "verdict", "outcome", "reason"]) {
    at(id).addEventListener("input", () => {
        shown = ROWS;
        if (data) {
            showEvents();
        }
    });
}

for (const id of ["span", "by"]) {
    at(id).addEventListener("input", () => data && showPlot());
}

at("more").addEventListener("click", () => {
    shown += ROWS;
    showEvents();
});

window.addEventListener("resize", () => data && showPlot());

showLabels();
showAnswer();
refresh();
