// The last events: the filter, a row for each, and its details.

const DETAILS = ["number", "time", "id", "client", "host", "server", "method",
    "target", "reading", "user_agent", "verdict", "outcome", "reason", "rule",
    "canary_name", "at", "status", "upstream"];

let events = [];
let shown = ROWS;
const open = new Set();


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
                make("dd", { class: "code" },
                     name === "server" ? named(event.server) : event[name]));
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
    const verdict = label(event.verdict) + (event.canary ? ` (${t.canary})` : "");
    return [timeOf(event.time), code(event.client),
        code(`${event.method} ${event.target}`), label(event.reason),
        make("span", { class: event.verdict }, verdict),
        make("span", { class: kindOf(event.outcome) },
             label(event.outcome)),
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
