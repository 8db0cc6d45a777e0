// Asks for the JSON every few seconds, and shows it.

let lastSeen = 0;
let stale = false;
let timer = 0;


// an open list stays open if it does not change
function choose(id, pairs) {
    const select = at(id);
    const value = select.value;
    if (JSON.stringify(pairs) === JSON.stringify([...select.options]
        .map(o => [o.value, o.textContent]))) {
        return;
    }
    fill(select, ...pairs.map(([key, text]) => make("option",
                                                    { value: key }, text)));
    if (pairs.some(([key]) => key === value)) {
        select.value = value;
    }
}


function showLabels() {
    const t = say();
    document.documentElement.lang = lang;
    for (const name of ["about", "counts", "plot", "servers", "rules",
                        "exempt", "front", "sources", "events"]) {
        put(`h-${name}`, t[name]);
    }
    for (const name of ["span", "by", "table", "history", "filter", "verdict",
                        "outcome", "reason"]) {
        put(`l-${name}`, t[name]);
    }
    put("earlier", `\u2039 ${t.earlier}`);
    put("later", `${t.later} \u203a`);
    at("language").textContent = t.other;
    at("language").lang = lang === "en" ? "nl" : "en";
    at("pause").textContent = paused ? t.resume : t.pause;
    at("pause").setAttribute("aria-pressed", String(paused));
    at("more").textContent = t.more;
    choose("by", [["reasons", t.reason], ["outcomes", t.outcome]]);
    choose("verdict", [["", t.all], ...VERDICTS.map(v => [v, label(v)])]);
    choose("outcome", [["", t.all], ...OUTCOMES.map(o => [o, label(o)])]);
    choose("reason", [["", t.all], ...REASONS.map(r => [r, label(r)])]);
}


function showData() {
    showAbout();
    showCounts();
    showPlot();
    showServers();
    showRules();
    showExemptions();
    showFront();
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


// adds new events; with another zone the lists start again
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
    heard = Date.now();
    lostSince = null;
    problem = null;
    return news.length || restarted;
}


async function ask(signal) {
    const from = location.pathname + "?format=json&since=" + lastSeen;
    const reply = await fetch(from, { cache: "no-store",
        credentials: "same-origin", signal });
    if (!reply.ok) {
        problem = () => say().refused(reply.status);
        throw new Error(String(reply.status));
    }
    problem = () => say().garbled;
    const json = await reply.json();
    if (json.version !== VERSION || !Array.isArray(json.servers)) {
        throw new Error("version");
    }
    return json;
}


// the sentence is never paused, only what is below it
async function refresh() {
    clearTimeout(timer);
    const stop = new AbortController();
    const limit = setTimeout(() => stop.abort(), LIMIT);
    problem = null;
    try {
        const first = data === null;
        const changed = take(await ask(stop.signal));
        stale = stale || Boolean(changed) || first;
        showAnswer();
        showFresh();
        if (!paused || first) {
            showData();
            if (stale) {
                showEvents();
            }
            stale = false;
        }
    } catch (error) {
        lostSince = lostSince || new Date().toISOString();
        showAnswer();
        showFresh();
    } finally {
        clearTimeout(limit);
        clearTimeout(timer);
        timer = setTimeout(refresh, EVERY);
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
    if (!paused) {
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

at("span").addEventListener("input", () => {
    range.span = SPANS[at("span").value] || range.span;
    if (data) {
        showPlot();
    }
});

at("by").addEventListener("input", () => data && showPlot());
at("earlier").addEventListener("click", () => move(-1));
at("later").addEventListener("click", () => move(1));

// a refresh must not disturb a selection in progress
for (const id of ["plot", "strip"]) {
    at(id).addEventListener("mousedown", () => {
        dragging = true;
    });
}

window.addEventListener("mouseup", () => {
    dragging = false;
}, true);

at("more").addEventListener("click", () => {
    shown += ROWS;
    showEvents();
});

window.addEventListener("resize", () => data && showPlot());
window.matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => data && showPlot());

// a page that was in the background is old
document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
        refresh();
    }
});

showLabels();
showAnswer();
refresh();
