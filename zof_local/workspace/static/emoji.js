// Common emoji shortcodes as small drawings, so that no emoji font is needed. Unknown ones stay text.

import { h, s } from "./dom.js";

const C = {
  red: "#d64534", orange: "#e8862e", yellow: "#efb93a", green: "#3a9d5d", blue: "#3f7fd0", purple: "#8a5fc7",
  brown: "#8b5e3c", white: "#f4f5f4", black: "#33393b", grey: "#8b9693", sky: "#7fb6ea", skin: "#e9b27c",
};
const EDGE = { stroke: "rgba(120,130,128,.55)", "stroke-width": ".8" };

const disc = (fill, more = {}) => ["circle", { cx: 10, cy: 10, r: 8, fill, ...more }];
const tile = (fill, more = {}) => ["rect", { x: 2.4, y: 2.4, width: 15.2, height: 15.2, rx: 3.2, fill, ...more }];
const line = (d, stroke, width = 2, more = {}) => [
  "path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", ...more },
];
const fill = (d, colour, more = {}) => ["path", { d, fill: colour, ...more }];
const question = (colour) => [line("M7 7.200C7 5.300 8.300 4.200 10 4.200s3.100 1.100 3.100 2.900c0 2.300-3.100 2.500-3.100 5M10 15.600v.01", colour, 2.400)];
const BELL = [fill("M10 2.600c3 0 4.700 2 4.700 5 0 3.700 1 4.900 2 6.200H3.300c1-1.300 2-2.500 2-6.200 0-3 1.700-5 4.700-5z", C.yellow), fill("M8 15h4a2 2 0 0 1-4 0z", C.brown)];
const TICK = "M5.6 10.4 8.8 13.600 14.600 6.800";
const CROSS = "M6 6l8 8M14 6l-8 8";

const DRAWINGS = {
  white_check_mark: [tile(C.green), line(TICK, "#fff", 2.2)],
  heavy_check_mark: [line("M4 10.500 8.300 15 16 5.500", C.green, 2.600)],
  ballot_box_with_check: [tile(C.blue), line(TICK, "#fff", 2.2)],
  x: [line("M4.500 4.500l11 11M15.500 4.500l-11 11", C.red, 3)],
  negative_squared_cross_mark: [tile(C.green), line(CROSS, "#fff", 2.2)],
  heavy_multiplication_x: [line("M5 5l10 10M15 5 5 15", C.grey, 2.600)],
  warning: [
    fill("M10 2.200a1.400 1.400 0 0 1 1.200.7l6.900 12.300a1.400 1.400 0 0 1-1.200 2.100H3.100a1.400 1.400 0 0 1-1.200-2.100L8.800 2.900A1.400 1.400 0 0 1 10 2.200z", C.yellow),
    line("M10 7.400v4.200M10 14.300v.01", "#33393b", 1.900),
  ],
  no_entry: [disc(C.red), ["rect", { x: 4.800, y: 8.500, width: 10.400, height: 3, rx: 1, fill: "#fff" }]],
  no_entry_sign: [["circle", { cx: 10, cy: 10, r: 7, fill: "none", stroke: C.red, "stroke-width": 2.200 }], line("M5.200 5.200l9.600 9.600", C.red, 2.200)],
  octagonal_sign: [fill("M6.600 1.800h6.800l4.800 4.800v6.800l-4.800 4.800H6.600L1.800 13.400V6.600z", C.red), line("M6.500 10h7", "#fff", 2.200)],
  raised_hand: [
    line("M6.900 10V4.900M9.500 9V3.300M12.100 9.500V3.900M14.600 10.500V6.200", C.skin, 2.100),
    fill("M5.850 9h9.800v3.600c0 3-2 5.300-4.900 5.300-2.400 0-3.700-1.100-4.900-3.100L3.200 11.300c.9-.9 2-.7 2.650.2z", C.skin),
  ],
  hourglass_flowing_sand: [
    fill("M5.200 2.400h9.600v2c0 2.600-2 4-3.300 5.600 1.300 1.600 3.300 3 3.300 5.600v2H5.200v-2c0-2.600 2-4 3.300-5.600-1.300-1.600-3.300-3-3.300-5.600z", C.sky, { opacity: ".55" }),
    fill("M7.200 5.600h5.600C12.200 7.100 10.800 8 10 9.300 9.200 8 7.800 7.100 7.200 5.600zM6.600 16.400c.3-1.900 2-2.700 3.400-4 1.400 1.300 3.100 2.100 3.400 4z", C.yellow),
    line("M4.400 2.400h11.200M4.400 17.600h11.200", C.brown, 1.800),
  ],
  arrows_counterclockwise: [tile(C.blue), line("M6 8.600a4.200 4.200 0 0 1 7.400-1.200M14 11.400a4.200 4.200 0 0 1-7.400 1.200M13.600 4.800v2.800h-2.800M6.400 15.200v-2.800h2.800", "#fff", 1.600)],
  repeat: [tile(C.blue), line("M5.500 9V8a1.500 1.500 0 0 1 1.500-1.500h7M14.500 11v1a1.500 1.500 0 0 1-1.500 1.500H6M12.200 4.500l2 2-2 2M7.800 11.500l-2 2 2 2", "#fff", 1.500)],
  rocket: [
    fill("M17.600 2.400c-4.300-.2-7.400 1.500-9.500 5L5 8l-2.500 2.700 3 .4 3.400 3.400.4 3L12 15l.6-3.100c3.500-2.100 5.200-5.200 5-9.500z", C.grey),
    fill("M17.600 2.400c-1.700-.1-3.200.1-4.500.7l3.800 3.800c.6-1.300.8-2.800.7-4.500z", C.red),
    ["circle", { cx: 12.200, cy: 7.800, r: 1.600, fill: C.sky }],
    fill("M5.500 12.600c-1.600.6-2.300 2.300-2.500 4.400 2.100-.2 3.800-.9 4.400-2.500z", C.orange),
  ],
  test_tube: [
    fill("M11.800 2.400l5.800 5.800-1.200 1.200-.7-.7-6.600 6.600a3 3 0 0 1-4.300 0 3 3 0 0 1 0-4.300l6.600-6.600-.8-.8z", C.sky, { opacity: ".55" }),
    fill("M6.600 9.300h7.400l-5.400 5.500a2.400 2.400 0 0 1-3.400 0 2.400 2.400 0 0 1 0-3.400z", C.green),
  ],
  stopwatch: [line("M10 2v2.200M8.300 2h3.400M15.200 5.200l1.100-1.100", C.grey, 1.700), ["circle", { cx: 10, cy: 11.200, r: 6.300, fill: C.white, stroke: C.grey, "stroke-width": 1.700 }], line("M10 11.200V7.700", C.red, 1.500)],
  timer_clock: [["circle", { cx: 10, cy: 10, r: 7, fill: C.white, stroke: C.grey, "stroke-width": 1.700 }], line("M10 10V5.800M10 10h3", C.black, 1.400)],
  clock3: [["circle", { cx: 10, cy: 10, r: 7, fill: C.white, stroke: C.grey, "stroke-width": 1.700 }], line("M10 5.800V10h3.600", C.black, 1.400)],
  alarm_clock: [["circle", { cx: 10, cy: 11, r: 6.200, fill: C.white, stroke: C.red, "stroke-width": 1.800 }], line("M10 7.800V11h2.400", C.black, 1.300), line("M3.200 5.400 5.600 3M16.800 5.400 14.400 3", C.red, 2)],
  bust_in_silhouette: [["circle", { cx: 10, cy: 6.800, r: 3.700, fill: C.purple }], fill("M2.800 17.200c.4-4 3.300-5.600 7.200-5.600s6.800 1.600 7.200 5.600z", C.purple)],
  busts_in_silhouette: [["circle", { cx: 13.200, cy: 7.200, r: 2.900, fill: C.sky }], fill("M9 16.600c.3-3.300 1.900-4.600 4.600-4.600s4.800 1.300 5 4.600z", C.sky), ["circle", { cx: 7, cy: 6.600, r: 3.300, fill: C.purple }], fill("M1 17c.4-3.700 2.600-5.100 6-5.100s5.700 1.400 6 5.100z", C.purple)],
  information_source: [tile(C.blue), line("M10 9.300v5M10 6v.01", "#fff", 2.100)],
  lock: [line("M6.600 9V6.600a3.400 3.400 0 0 1 6.800 0V9", C.grey, 1.900), ["rect", { x: 4, y: 8.600, width: 12, height: 9, rx: 2, fill: C.yellow }], line("M10 12v2", C.brown, 1.800)],
  bell: BELL,
  no_bell: [...BELL, line("M3.600 3.600l12.800 12.800", C.red, 2.200)],
  calendar: [["rect", { x: 2.800, y: 3.600, width: 14.400, height: 13.600, rx: 2, fill: C.white, ...EDGE }], fill("M2.800 5.600a2 2 0 0 1 2-2h10.400a2 2 0 0 1 2 2v2.200H2.800z", C.red), line("M6 11h.01M10 11h.01M14 11h.01M6 14h.01M10 14h.01", C.grey, 1.900)],
  memo: [["rect", { x: 3.600, y: 2.400, width: 11.600, height: 15.200, rx: 1.600, fill: C.white, ...EDGE }], line("M6.200 6.400h6.400M6.200 9.400h6.400M6.200 12.400h3.400", C.grey, 1.200), fill("M17.600 9.200l-5.200 5.200-2 .6.600-2 5.200-5.200z", C.orange)],
  mag: [["circle", { cx: 8.400, cy: 8.400, r: 5, fill: C.sky, "fill-opacity": ".45", stroke: C.grey, "stroke-width": 1.800 }], line("M12.300 12.300 17 17", C.grey, 2.400)],
  link: [line("M8.600 11.400 11.400 8.600M9 6.500l1.800-1.800a3.200 3.200 0 0 1 4.500 4.500L13.500 11M11 13.500l-1.800 1.800a3.200 3.200 0 0 1-4.500-4.500L6.500 9", C.grey, 1.900)],
  package: [fill("M2.600 6.200 10 2.600l7.400 3.600v8L10 17.600l-7.400-3.400z", "#c08a4e"), fill("M2.600 6.200 10 9.600l7.400-3.400L10 2.600z", "#dca968"), line("M10 9.600v8", "#94622f", 1)],
  bug: [line("M4 6l2.400 2M16 6l-2.400 2M2.800 11h3M17.200 11h-3M4 16l2.400-2M16 16l-2.400-2", C.black, 1.300), ["ellipse", { cx: 10, cy: 11.200, rx: 4.200, ry: 5.600, fill: C.green }], ["circle", { cx: 10, cy: 5.200, r: 2.200, fill: C.black }]],
  bulb: [fill("M10 2.200a5.400 5.400 0 0 1 3.200 9.700c-.7.6-.9 1.300-.9 2.100H7.700c0-.8-.2-1.500-.9-2.100A5.400 5.400 0 0 1 10 2.200z", C.yellow), line("M8 16h4M8.700 18h2.600", C.grey, 1.500)],
  fire: [fill("M10.400 1.800c.6 3-3.800 4.500-4.800 8.300-.9 3.600 1.300 7.700 4.700 7.700s5.400-2.800 4.900-6.300c-.3-2-1.300-2.900-1.800-4.300-.4 1.200-.9 1.700-1.600 2.100.3-2.800-.1-5.600-1.400-7.500z", C.orange), fill("M10.200 17.200c-1.900 0-3-1.500-2.700-3.300.3-1.500 1.700-2.200 2-3.700 1.400 1 3 2.500 3 4.300 0 1.600-.9 2.700-2.300 2.700z", C.yellow)],
  tada: [fill("M2.600 17.400 6.800 6.600l6.600 6.600z", C.yellow), line("M11 7.500c.5-2 .2-3.500-.6-5M13 9.200c1.600-1.400 3-1.700 4.600-1.300", C.purple, 1.500), line("M14.500 3.500h.01M17 5.500h.01M7 3h.01M16.500 12h.01", C.red, 2)],
  bar_chart: [tile(C.white, EDGE), line("M6 14.500v-4M10 14.500v-8M14 14.500v-6", C.blue, 2.200)],
  chart_with_upwards_trend: [tile(C.white, EDGE), line("M5 14l3.500-4 2.500 2L15 6", C.red, 1.700)],
  gear: [["circle", { cx: 10, cy: 10, r: 5.400, fill: "none", stroke: C.grey, "stroke-width": 3.400 }], line("M10 2v2M10 16v2M2 10h2M16 10h2M4.300 4.300l1.500 1.500M14.200 14.200l1.500 1.500M15.700 4.300l-1.500 1.500M5.800 14.200l-1.500 1.500", C.grey, 2.200)],
  wrench: [line("M4.600 15.400l6.200-6.200", C.grey, 3), line("M16.200 5.200l-2.800 2.800-1.800-.4-.4-1.800L14 3A4 4 0 0 0 10 8.300a4 4 0 0 0 6.200-3.100z", C.grey, 1.800)],
  eyes: [["ellipse", { cx: 6, cy: 10, rx: 3.600, ry: 5.400, fill: C.white, ...EDGE }], ["ellipse", { cx: 14, cy: 10, rx: 3.600, ry: 5.400, fill: C.white, ...EDGE }], ["circle", { cx: 7, cy: 11, r: 1.700, fill: C.black }], ["circle", { cx: 15, cy: 11, r: 1.700, fill: C.black }]],
  wave: [fill("M6.400 17c-2-1.500-3.600-4.300-4-6.500l1.500-.5 1.400 2-1-6.300 1.600-.4 1.500 4.400L7 3.400l1.700-.2 1.500 5.600.5-4.600 1.600.2.2 6.800c1-1 2.300-1.600 3.400-1.200-.9 2-1.600 4.500-3.500 6.400-1.600 1.600-4 2-6 .6z", C.skin)],
  "+1": [fill("M7 9 9.600 2.600c1.700 0 2.400 1 2.200 2.600L11.500 8h4.200c1.200 0 1.800 1 1.500 2.100l-1.500 5.600c-.3 1-.9 1.500-1.900 1.500H7z", C.skin), ["rect", { x: 2.600, y: 8.800, width: 3.400, height: 8.400, rx: 1, fill: C.blue }]],
  question: question(C.red),
  grey_question: question(C.grey),
  exclamation: [line("M10 3.600v8.200M10 15.800v.01", C.red, 2.800)],
  arrow_forward: [tile(C.blue), fill("M7.600 5.800v8.400l7-4.200z", "#fff")],
  fast_forward: [tile(C.blue), fill("M4.800 6v8l5-4zM10 6v8l5.200-4z", "#fff")],
  black_square_for_stop: [tile(C.blue), ["rect", { x: 6.400, y: 6.400, width: 7.200, height: 7.200, rx: 1, fill: "#fff" }]],
  double_vertical_bar: [tile(C.blue), line("M7.800 6.500v7M12.200 6.500v7", "#fff", 2.200)],
  point_right: [fill("M2.600 7.600h6l7.600.4c1.600 0 1.600 2.400 0 2.400h-4.400c1.200 3.400-.6 5-2.600 5-3.400 0-5-.8-6.600-2z", C.skin)],
  robot_face: [tile("#9aa8b0"), ["circle", { cx: 7, cy: 8.600, r: 1.700, fill: C.sky }], ["circle", { cx: 13, cy: 8.600, r: 1.700, fill: C.sky }], line("M6.500 13.400h7", "#33393b", 1.600)],
};

const ALIASES = {
  hourglass: "hourglass_flowing_sand", thumbsup: "+1", red_cross: "x", heavy_exclamation_mark: "exclamation",
  arrows_clockwise: "arrows_counterclockwise", date: "calendar", spiral_calendar_pad: "calendar", mag_right: "mag", clock1: "clock3", zap: "fire",
};

for (const [word, colour] of Object.entries({ green: C.green, yellow: C.yellow, orange: C.orange, purple: C.purple, brown: C.brown, blue: C.blue, red: C.red })) {
  DRAWINGS[`large_${word}_circle`] = [disc(colour)];
  DRAWINGS[`large_${word}_square`] = [tile(colour)];
}
DRAWINGS.red_circle = [disc(C.red)];
DRAWINGS.white_circle = [disc(C.white, EDGE)];
DRAWINGS.black_circle = [disc(C.black, EDGE)];
DRAWINGS.large_blue_diamond = [fill("M10 1.800 18.200 10 10 18.200 1.800 10z", C.blue)];
DRAWINGS.black_circle_for_record = [tile(C.blue), ["circle", { cx: 10, cy: 10, r: 4, fill: "#fff" }]];
DRAWINGS.white_large_square = [tile(C.white, EDGE)];
DRAWINGS.black_large_square = [tile(C.black, EDGE)];

export function emoji(name) {
  const parts = Object.hasOwn(DRAWINGS, name) ? DRAWINGS[name] : DRAWINGS[Object.hasOwn(ALIASES, name) ? ALIASES[name] : ""];
  if (!parts) return h("span", { class: "emoji-text" }, `:${name}:`);
  const label = name.replaceAll("_", " ");
  const svg = s("svg", { viewBox: "0 0 20 20", class: "emoji", role: "img", "aria-label": label }, ...parts.map(([tag, attributes]) => s(tag, attributes)));
  svg.append(s("title", {}, `:${name}:`));
  return svg;
}
