// The first sentence. It has five meanings, and "state" says which:
//
//   shielded   everything is blocked, since then
//   detect     nothing is blocked, or not everywhere
//   off        the guard is off, or not loaded for a server
//   through    something may have got through
//   unknown    we cannot tell
//
// Green is said only of what was seen: not of the time before counting began,
// and not of what nobody looks at.


const COLOURS_OF = { shielded: "green", detect: "amber", off: "red",
                     through: "red", unknown: "amber", wait: "wait" };

// so many names fit into the sentence; the table below has all of them
const NAMES = 4;

// NTP may move a clock by this much: that does not count as "set back"
const SLACK = 5000;


function names(servers) {
    const list = [...new Set(servers.map(s => named(s.name)))];
    const alone = list.length === 1 && list[0] === data.node;
    const others = list.filter(name => name === say().others);
    const known = list.filter(name => name !== say().others);
    const shown = known.length > NAMES
        ? [known.slice(0, NAMES - 1).join(", ")
            + ` ${say().andMore(known.length - NAMES + 1)}`] : known;
    return [...shown, ...others].join(", ")
        + (alone ? "" : ` (${say().node.toLowerCase()} ${data.node})`);
}


function sinceOf(servers) {
    return moment(latest(servers.map(s => s.since)));
}


function has(server, mode) {
    return server.modes.includes(mode);
}


function only(server, mode) {
    return server.modes.join() === mode;
}


function looked() {
    const seen = data.acknowledged;
    return seen ? Math.min(Number(seen.count) || 0, through()) : 0;
}


// lines of the error log that were left out have an event all the same
function lostCount() {
    return Number((data.lost || {}).events) || 0;
}


// the last of our own test attacks was not refused where the guard is on
function letBy() {
    const refused = c => ((c.verdicts || {}).blocked || {}).last || "";
    return (data.canaries || []).filter(c => count(c, "let_by") > 0
        && (c.let_by.last || "") >= refused(c))
        .sort((a, b) => (a.let_by.last > b.let_by.last ? -1 : 1))[0];
}


// an acknowledgement is of what was counted since
function isDamaged() {
    return (data.state || {}).found === "damaged" && !data.acknowledged;
}


// after an upgrade on the fly, another nginx accepts connections as well
function beside() {
    return Number((data.upgrade || {}).beside) || 0;
}


// the workers may not read whether there is one
function unreadable() {
    return Number((data.upgrade || {}).unreadable) === 1;
}


// one that counted elsewhere, and nobody has looked: until when
function uncounted() {
    return (data.upgrade || {}).uncounted;
}


function clockIsBack() {
    const times = [data.started, data.configured,
        ...data.servers.map(s => s.since),
        ...data.servers.flatMap(s => Object.values(s.verdicts || {})
            .map(c => c.last || ""))];
    return Date.parse(latest(times)) - Date.parse(data.now) > SLACK;
}


// who acknowledged what may have got through, and what reached the ADC; "says":
// what to say if neither applies
function noteOf(more, says = "") {
    const t = say();
    const seen = data.acknowledged;
    const forwarded = sum("outcomes", "attempt");
    const list = [...more];
    if (looked()) {
        list.push(t.known(looked(), seen.by || "?", moment(seen.at))
            + (seen.note ? `: \u201c${seen.note}\u201d.` : "."));
    }
    if (forwarded) {
        list.push(t.forwarded(forwarded));
    } else if (!through() && says) {
        list.push(says);
    }
    if (Number((data.state || {}).unsaved) > 0) {
        list.push(t.unsaved);
    }
    return list.join(" ");
}


function told(state, sentence, note = "", todo = [], colour = undefined) {
    return { state, colour: colour || COLOURS_OF[state], sentence, note,
             todo };
}


function answerThrough(servers, open) {
    const t = say();
    const some = data.servers.filter(s => got(s));
    const last = latest(some.flatMap(s => THROUGH.map(
        o => s.outcomes[o] ? s.outcomes[o].last || "" : "")));
    const unanswered = sum("outcomes", "unknown");
    const on = servers.filter(s => only(s, "on"));
    const not = servers.filter(s => !only(s, "on"));
    const notes = [];
    if (unanswered) {
        notes.push(t.gotUnknown(unanswered));
    }
    if (not.length) {
        notes.push(t.alsoNot(names(not)));
    } else if (on.length) {
        notes.push(t.alsoOn(names(on), sinceOf(on)));
    }
    return told("through", t.got(open, names(some), moment(last)),
                noteOf(notes), t.doThrough(through()));
}


// what is known of the configuration, when nothing got through
function answerModes(servers) {
    const t = say();
    const off = servers.filter(s => has(s, "off"));
    const wholly = off.filter(s => only(s, "off"));
    const detect = servers.filter(s => has(s, "detect"));
    const bare = detect.filter(s => only(s, "detect"));
    const on = servers.filter(s => only(s, "on"));
    const also = on.length ? [t.alsoOn(names(on), sinceOf(on))] : [];
    if (off.length) {
        const some = wholly.length ? wholly : off;
        const text = wholly.length ? t.off : t.offPart;
        return told("off", text(names(some), sinceOf(some)),
            noteOf([...also, t.blind]), t.doOff,
            wholly.length === servers.length ? "red" : "amber");
    }
    const open = letBy();
    if (open) {
        const not = detect.length ? [t.alsoNot(names(detect))] : also;
        return told("off", t.letBySentence(open.name,
            moment(open.let_by.last)), noteOf(not), t.doLetBy, "amber");
    }
    if (detect.length) {
        const some = bare.length ? bare : detect;
        const text = bare.length ? t.detect : t.detectPart;
        return told("detect", text(names(some), sinceOf(some)),
            noteOf(also, t.nothing), t.doDetect);
    }
    return told("shielded", t.on(names(on), sinceOf(on))
        + (through() ? "." : t.clean), noteOf([]));
}


function answer() {
    const t = say();
    if (lostSince) {
        return told("unknown", problem ? problem() : t.unknown,
                    t.noAnswer(moment(lostSince)), t.doConnect);
    }
    if (!data) {
        return told("wait", t.wait);
    }
    const servers = data.servers.filter(s => s.modes.length);
    const open = through() - looked();
    if (open > 0) {
        return answerThrough(servers, open);
    }
    if (!servers.length) {
        return told("unknown", t.noServer, noteOf([]), t.doServer);
    }
    if (servers.every(s => only(s, "off"))) {
        return answerModes(servers);
    }
    if (unreadable()) {
        return told("unknown", t.unreadable, noteOf([]), t.doUnreadable);
    }
    if (beside()) {
        return told("unknown", t.beside, noteOf([]), t.doBeside);
    }
    if (clockIsBack()) {
        return told("unknown", t.clock, noteOf([]), t.doClock);
    }
    if (lostCount()) {
        return told("unknown", t.lost(lostCount()), noteOf([]),
                    t.doLost);
    }
    if (isDamaged()) {
        return told("unknown", t.damaged(moment(data.started)), noteOf([]),
                    t.doDamaged);
    }
    if (uncounted()) {
        return told("unknown", t.uncounted(moment(uncounted())), noteOf([]),
                    t.doUncounted);
    }
    return answerModes(servers);
}


function showAnswer() {
    const t = say();
    const told = answer();
    const box = at("answer");
    box.className = `answer ${told.colour}`;
    box.dataset.state = told.state;
    put("sentence", told.sentence);
    put("note", told.note);
    put("h-todo", t.todo);
    put("runbook", t.runbook);
    at("todo").hidden = !told.todo.length;
    at("runbook").hidden = told.state !== "through" && told.colour !== "red";
    if (at("steps").textContent !== told.todo.join("")) {
        fill(at("steps"), ...told.todo.map(step => make("li", {}, step)));
    }
    document.title = `${{ green: "\u2713", red: "\u2717" }[told.colour]
        || "!"} citrix_guard`;
    document.body.classList.toggle("lost", lostSince !== null);
}


function showFresh() {
    const t = say();
    if (lostSince || !data) {
        put("fresh", lostSince ? t.noAnswer(moment(lostSince)) : "");
        return;
    }
    const off = Math.round(Math.abs(Date.parse(data.now) - heard) / 60000);
    put("fresh", (paused ? t.paused : t.fresh)(moment(data.now))
        + (off > 1 ? `; ${t.skew(number(off))}` : ""));
}
