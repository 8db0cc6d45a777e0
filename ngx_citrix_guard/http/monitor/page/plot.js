// The plot: columns of counts over time, drawn by uPlot, with a strip below it
// that shows everything and selects a part. A table has the same numbers.

const SPANS = { hour: 3600, hours: 6 * 3600, day: 86400, week: 7 * 86400,
                month: 30 * 86400, year: 365 * 86400 };
const WIDTHS = [1, 2, 3, 4, 6, 12, 24, 36, 72, 144];
const STEPS = 288;
const SHADE = { blocked: 3, attempt: 0, unknown: 5, "scan-success": 1,
                "exploit-suspected": 4 };

// what is shown: so many seconds, until then or (null) until now
const range = { span: SPANS.day, end: null };
const plots = { main: null, strip: null, key: "", view: null, all: null };
let dragging = false;


// counts over time, the finest steps first
function sets() {
    return [data.series, ...data.longer || []].map(s => ({
        ...s, from: Date.parse(s.first) / 1000, steps: s.steps || STEPS }));
}


// the time span that has something to show
function reach() {
    const list = sets();
    return [list[list.length - 1].from,
            list[0].from + list[0].steps * list[0].step];
}


// what the strip shows: the selected part with some time around it
function around() {
    const [from, to] = chosen();
    const last = reach()[1];
    const set = sets().find(s => s.from <= from
        && last - s.from >= 3 * (to - from));
    return set ? [set.from, last] : reach();
}


function chosen() {
    const [first, last] = reach();
    const span = Math.min(range.span, last - first);
    const to = Math.min(last, Math.max(first + span, range.end ?? last));
    return [to - span, to];
}


// how many of each name there were in columns of equal width
function columns(from, to, room, by = at("by").value || "reasons") {
    const list = sets();
    const set = list.find(s => s.from <= from) || list[list.length - 1];
    const all = by === "reasons" ? REASONS : OUTCOMES;
    const names = all.filter(name => set[by][name]);
    const most = Math.max(12, room / 5);
    const times = WIDTHS.find(n => (to - from) / (n * set.step) <= most)
        || WIDTHS[WIDTHS.length - 1];
    const wide = times * set.step;
    const add = (counts, start) => {
        const i = Math.round((start - set.from) / set.step);
        return (counts || []).slice(Math.max(0, i), Math.max(0, i + times))
            .reduce((a, b) => a + b, 0);
    };
    const starts = [];
    for (let t = Math.floor(from / wide) * wide; t < to; t += wide) {
        starts.push(t);
    }
    return { names, wide, starts, from: starts[0],
        to: starts[starts.length - 1] + wide,
        counts: names.map(name => starts.map(t => add(set[by][name], t))),
        marks: starts.map(t => THROUGH.reduce(
            (n, o) => n + add(set.outcomes[o], t), 0)) };
}


function totals(view) {
    return view.starts.map((_, i) =>
        view.counts.reduce((n, counts) => n + counts[i], 0));
}


// 0 and up to five round numbers, of which the last is not below the highest
function ticks(highest) {
    let step = 1;
    for (let k = 0; step * 5 < highest; k++) {
        step *= k % 3 === 1 ? 2.5 : 2;
    }
    const list = [0];
    while (list[list.length - 1] < Math.max(1, highest)) {
        list.push(list[list.length - 1] + step);
    }
    return list;
}


// on a line of its own the day, or the year, where it changes
function timeLabels(splits, step) {
    const fine = step < 86400;
    let before = "";
    return splits.map(s => {
        const when = s * 1000;
        const text = written(when, fine ? CLOCK
            : { day: "numeric", month: "short" });
        const below = written(when, fine ? { day: "numeric", month: "short" }
            : { year: "numeric" });
        const more = below === before ? "" : `\n${below}`;
        before = below;
        return text + more;
    });
}


function paint(name) {
    return getComputedStyle(document.documentElement)
        .getPropertyValue(`--${name}`).trim();
}


function shadeOf(name) {
    return `c${SHADE[name] ?? REASONS.indexOf(name)}`;
}


function spanText(view, i) {
    const how = { ...DATE, ...CLOCK };
    return `${written(view.starts[i] * 1000, how)} \u2013 `
        + written((view.starts[i] + view.wide) * 1000, how);
}


// stacked counts, the whole column first: it is drawn in the background
function stacked(view) {
    const sums = [];
    view.counts.forEach((counts, k) => {
        sums.push(counts.map((n, i) => n + (k ? sums[k - 1][i] : 0)));
    });
    return [view.starts, ...sums.reverse()];
}


function bars(colour) {
    return { fill: colour, width: 0, points: { show: false },
             paths: uPlot.paths.bars({ align: 1, size: [0.86, Infinity] }) };
}


function axis(more) {
    const line = { stroke: paint("line"), width: 1 };
    return { stroke: paint("dim"), font: "12px system-ui, sans-serif",
             grid: line, ticks: line, ...more };
}


// nothing was counted yet
function shadeBefore(u, view) {
    const started = Math.min(view.to, Date.parse(data.started) / 1000);
    const { left, top, height } = u.bbox;
    if (started > view.from) {
        u.ctx.save();
        u.ctx.globalAlpha = 0.35;
        u.ctx.fillStyle = paint("line");
        u.ctx.fillRect(left, top, u.valToPos(started, "x", true) - left,
                       height);
        u.ctx.restore();
    }
}


// bars have their true height; a mark says that something got through
function drawMarks(u) {
    const view = plots.view;
    const size = 5 * devicePixelRatio;
    u.ctx.save();
    u.ctx.fillStyle = paint("red");
    view.marks.forEach((n, i) => {
        if (n) {
            const x = u.valToPos(view.starts[i] + view.wide / 2, "x", true);
            const y = u.bbox.top - size * 1.6;
            u.ctx.beginPath();
            u.ctx.moveTo(x - size, y);
            u.ctx.lineTo(x + size, y);
            u.ctx.lineTo(x, y + size * 1.5);
            u.ctx.fill();
        }
    });
    u.ctx.restore();
}


// what the pointer is over, in words
function readOut(u) {
    const view = plots.view;
    const when = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, "x") : -1;
    const i = view.starts.findIndex(t => when >= t && when < t + view.wide);
    const list = i < 0 ? [] : view.names
        .map((name, k) => [name, view.counts[k][i]]).filter(([, n]) => n)
        .map(([name, n]) => `${label(name)} ${number(n)}`);
    const before = i >= 0
        && (view.starts[i] + view.wide) * 1000 <= Date.parse(data.started);
    put("readout", i < 0 ? say().pick : `${spanText(view, i)}: `
        + (before ? say().notYet : list.join(", ") || number(0)));
}


function select(u) {
    const { left, width } = u.select;
    if (width < 4) {
        return;
    }
    const [first, last] = reach();
    const from = u.posToVal(left, "x");
    const to = u.posToVal(left + width, "x");
    const span = Math.min(last - first, Math.max(SPANS.hour, to - from));
    range.span = span;
    range.end = Math.min(last, Math.max(first + span, (from + to + span) / 2));
    if (last - range.end < data.series.step) {
        range.end = null;
    }
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    showPlot();
}


const CURSOR = { y: false, points: { show: false },
                 drag: { x: true, y: false, setScale: false } };


function buildMain(width) {
    const top = () => ticks(Math.max(...totals(plots.view)));
    return new uPlot({
        width, height: 260, legend: { show: false }, cursor: CURSOR,
        padding: [14, 12, 0, 0],
        scales: { x: { range: () => [plots.view.from, plots.view.to] },
                  y: { range: () => [0, top().pop()] } },
        axes: [
            axis({ size: 46, space: 64,
                   values: (u, splits, i, space, step) =>
                       timeLabels(splits, step) }),
            axis({ size: (u, values) => 16 + 8 * Math.max(2,
                       ...(values || []).map(v => v.length)),
                   splits: top, values: (u, splits) => splits.map(number) })],
        series: [{}, ...plots.view.names.slice().reverse()
            .map(name => bars(paint(shadeOf(name))))],
        hooks: { drawAxes: [u => shadeBefore(u, plots.view)],
                 draw: [drawMarks], setCursor: [readOut],
                 setSelect: [select] },
    }, stacked(plots.view), fill(at("plot")));
}


function buildStrip(width) {
    return new uPlot({
        width, height: 70, legend: { show: false }, cursor: CURSOR,
        padding: [4, 12, 0, 24],
        scales: { x: { range: () => [plots.all.from, plots.all.to] },
                  y: { range: () => [0, Math.max(1, ...totals(plots.all))] } },
        axes: [axis({ size: 28, space: 80, grid: { show: false },
                      values: (u, splits, i, space, step) =>
                          timeLabels(splits, step)
                              .map(s => s.split("\n").reverse()
                                  .slice(step < 86400 ? -1 : 0).pop()) }),
               { show: false }],
        series: [{}, bars(paint("dim"))],
        hooks: { setSelect: [select],
                 drawAxes: [u => shadeBefore(u, plots.all)],
                 draw: [frame] },
    }, [plots.all.starts, totals(plots.all)], fill(at("strip")));
}


// the selected part, as a frame on the strip, once that is drawn
function frame(u) {
    const [from, to] = chosen();
    const left = u.valToPos(Math.max(from, plots.all.from), "x");
    u.setSelect({ left, width: u.valToPos(to, "x") - left, top: 0,
                  height: u.over.clientHeight }, false);
}


function drawPlots() {
    const width = Math.max(280, at("plot").clientWidth);
    const view = columns(...chosen(), width);
    const key = [width, lang, view.names, paint("back")].join();
    plots.view = view;
    plots.all = columns(...around(), width);
    if (key !== plots.key) {
        plots.main?.destroy();
        plots.strip?.destroy();
        plots.main = buildMain(width);
        plots.strip = buildStrip(width);
        plots.key = key;
        put("readout", say().pick);
    } else {
        plots.main.setData(stacked(view));
        plots.strip.setData([plots.all.starts, totals(plots.all)]);
    }
}


function showLegend(view) {
    const key = (kind, name, n) => {
        const item = make("li");
        item.append(make("span", { class: `key ${kind}`,
                                   "aria-hidden": "true" }),
                    `${name} ${number(n)}`);
        return item;
    };
    const all = counts => counts.reduce((a, b) => a + b, 0);
    fill(at("legend"),
        ...view.names.map((name, k) => [name, all(view.counts[k])])
            .filter(([, n]) => n)
            .map(([name, n]) => key(shadeOf(name), label(name), n)),
        ...all(view.marks) ? [key("mark", say().mark, all(view.marks))] : []);
}


function showPlotTable(view) {
    const t = say();
    const sums = totals(view);
    const used = view.names.map((_, k) => k)
        .filter(k => view.counts[k].some(n => n));
    fill(at("plot-table"), tableOrNone(
        [t.time, ...used.map(k => [label(view.names[k]), "number"]),
         [t.total, "number"]],
        sums.map((n, i) => [n, i]).filter(([n]) => n).map(([n, i]) => [
            spanText(view, i), ...used.map(k => number(view.counts[k][i])),
            number(n)])));
}


function showPlot() {
    if (dragging) {
        return;
    }
    const t = say();
    const [first, last] = reach();
    const [from, to] = chosen();
    drawPlots();
    showLegend(plots.view);
    showPlotTable(plots.view);
    const how = { ...DATE, ...CLOCK };
    const n = totals(plots.view).reduce((a, b) => a + b, 0);
    at("plot").setAttribute("aria-label", t.plotName(number(n),
        written(from * 1000, how), written(to * 1000, how)));
    put("range", `${written(from * 1000, how)} \u2013 `
        + `${written(to * 1000, how)} (${zoneName()})`);
    const named = Object.keys(SPANS).find(key => SPANS[key] === range.span);
    choose("span", [...Object.keys(SPANS)
        .filter(key => SPANS[key] <= last - first)
        .map(key => [key, t[`span_${key}`]]),
        ...named ? [] : [["chosen", t.chosen]]]);
    at("span").value = named || "chosen";
    at("earlier").disabled = from <= first;
    at("later").disabled = to >= last;
}


// by half of what is shown
function move(way) {
    const [from, to] = chosen();
    const last = reach()[1];
    const end = to + way * (to - from) / 2;
    range.end = end >= last ? null : end;
    showPlot();
}
