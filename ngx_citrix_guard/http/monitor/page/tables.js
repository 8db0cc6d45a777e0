// Cards and tables: everything that was counted, except events and the plot.


function facts() {
    const t = say();
    const guarded = data.servers.filter(s => s.modes.length);
    const list = [
        [t.gateway, [...new Set(guarded.map(s => named(s.name)))].join(", ")],
        [t.node, data.node], [t.nginx, data.nginx], [t.module, data.module],
        [t.started, moment(data.started)],
        [t.configured, moment(data.configured)],
        [t.loads, number(Math.max(0, data.loads - 1))]];
    return list.filter(([, text]) => text !== undefined && text !== "");
}


function showAbout() {
    fill(at("about"), ...facts().map(([name, text]) => {
        const box = make("div");
        box.append(make("dt", {}, name), make("dd", {}, text));
        return box;
    }));
    put("zone", say().zone(zoneName()));
}


function card(name, n, note, bad) {
    const box = make("div", bad ? { class: "bad" } : {});
    const value = make("dd", {}, number(n));
    if (note) {
        value.append(make("small", {}, note));
    }
    box.append(make("dt", {}, name), value);
    return box;
}


function showCounts() {
    const t = say();
    const passed = data.servers.reduce((n, s) => n + s.passed, 0);
    const canary = VERDICTS.reduce((n, v) => n + count(data.canary, v), 0);
    const letBy = data.canaries.reduce((n, c) => n + c.let_by.count, 0);
    const last = (kind, names) => {
        const when = latest(data.servers.flatMap(s => names.map(
            v => s[kind][v] ? s[kind][v].last || "" : "")));
        return when && `${t.last} ${moment(when)}`;
    };
    const lost = data.lost || {};
    fill(at("counts"),
        card(t.passed, passed),
        ...VERDICTS.map(v => card(t[v], sum("verdicts", v),
                                  last("verdicts", [v]))),
        card(t.through, through(), last("outcomes", THROUGH),
             through() > looked()),
        card(t.errors, data.errors.count, "", data.errors.count > 0),
        ...lost.events ? [card(t.lostEvents, lost.events, "", true)] : [],
        ...lost.lines ? [card(t.lostLines, lost.lines)] : [],
        ...canary ? [card(t.canary, canary,
            letBy ? t.letBy : VERDICTS.filter(v => count(data.canary, v))
                .map(v => t[v]).join(", "), letBy > 0)] : []);
}


function modesOf(modes) {
    return modes.length
        ? make("span", { class: modes.join() === "on" ? "blocked" : "attempt" },
               modes.map(label).join(" + "))
        : make("span", { class: "gone" }, say().gone);
}


function showServers() {
    const t = say();
    fill(at("servers"), tableOrNone(
        [t.server, t.modes, t.since, [t.passed, "number"],
         ...VERDICTS.map(v => [t[v], "number"]), [t.through, "number"]],
        data.servers.map(s => [
            code(named(s.name)), s.name === "other" ? "" : modesOf(s.modes),
            s.name === "other" ? "" : timeOf(s.since), number(s.passed),
            ...VERDICTS.map(v => number(count(s.verdicts, v))),
            make("span", { class: got(s) ? "through" : "" },
                 number(got(s)))])));
    fill(at("history"), ...data.history.slice().reverse().map(h => {
        const item = make("li");
        item.append(timeOf(h.time), " ", code(named(h.server)), ": ",
                    modesOf(h.modes));
        return item;
    }));
}


function showRules() {
    const t = say();
    const total = r => Object.keys(r.verdicts)
        .reduce((n, v) => n + count(r.verdicts, v), 0);
    const found = data.rules.filter(total).sort((a, b) => total(b) - total(a));
    const last = r => latest(Object.values(r.verdicts)
        .map(c => c.last || ""));
    const kinds = [...VERDICTS,
        ...found.some(r => count(r.verdicts, "pass")) ? ["pass"] : []];
    fill(at("rules"), tableOrNone(
        [t.rule, t.action, ...kinds.map(v => [t[v], "number"]), t.last],
        found.map(r => [
            code(r.id === "other" ? t.otherRules : r.id),
            r.id === "other" ? "" : (r.actions || []).map(label).join(" + ")
                || make("span", { class: "gone" }, t.gone),
            ...kinds.map(v => number(count(r.verdicts, v))),
            last(r) ? timeOf(last(r)) : ""])));
    const silent = data.rules.filter(r => !total(r));
    at("silent").hidden = !silent.length;
    put("l-silent", t.rulesNote(silent.length));
    put("silent-rules", silent.map(r => r.id).join(", "));
}


// where the configuration exempts an attack
function showExemptions() {
    const t = say();
    const list = data.exemptions;
    at("exemptions").hidden = !list;
    fill(at("exempt"), tableOrNone([t.server, t.where, t.what],
        (list || []).map(e => [code(named(e.server)), e.location ? code(e.location) : t.whole,
            code([...e.names, ...e.detect_for
                ? [t.detect_for(e.detect_for)] : []].join(", "))])));
    put("exempt-more", data.exemptions_left_out
        ? t.exemptMore(number(data.exemptions_left_out)) : "");
}


// sessions that ended before they reached the ADC, or the guard
function showFront() {
    const t = say();
    const list = (data.front || []).slice().sort((a, b) => b.count - a.count);
    at("fronts").hidden = !list.length;
    put("front-note", t.frontNote);
    fill(at("front"), tableOrNone(
        [t.protocol, t.why, [t.sessions, "number"], t.last],
        list.map(f => [code(f.protocol), t.whys[f.why] || code(f.why),
                       number(f.count), timeOf(f.last)])));
}


function showSources() {
    const t = say();
    const all = VERDICTS.reduce((n, v) => n + sum("verdicts", v), 0);
    put("sources-note", t.sourcesNote(number(Math.ceil(all / 256))));
    fill(at("sources"), tableOrNone(
        [t.source, [t.count, "number"], [t.error, "number"], t.last],
        data.sources.slice(0, 10).map(s => [code(s.source), number(s.count),
                                            number(s.error),
                                            timeOf(s.last)])));
}
