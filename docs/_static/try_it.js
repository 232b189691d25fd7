// The board of the page "Try it here": a pen, and a network that reads its line.
import * as ort from "./try_it/ort.wasm.min.mjs";

const SHAPES = ["circle", "line", "spiral", "square", "star", "triangle", "zigzag"];
const N_POINTS = 48;

const widget = document.getElementById("try-it");
const canvas = widget.querySelector("canvas");
const label = widget.querySelector(".try-it-label");
const bars = widget.querySelector(".try-it-bars");
const pen = canvas.getContext("2d");
let points = [];
// Whether the network computes, and whether the line has grown meanwhile.
let busy = false;
let stale = false;
// How many drawings there have been: one that is not the last is given up.
let drawings = 0;

// Points at equal distances along a line through all points, as in shapes.py.
function resample(line, n) {
  const at = [0];
  for (let i = 1; i < line.length; i++) {
    const [dx, dy] = [line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]];
    at.push(at[i - 1] + Math.hypot(dx, dy));
  }
  const result = [];
  for (let k = 0, i = 0; k < n; k++) {
    const to = (at[at.length - 1] * k) / (n - 1);
    while (i < line.length - 2 && at[i + 1] < to) i++;
    const share = at[i + 1] > at[i] ? (to - at[i]) / (at[i + 1] - at[i]) : 0;
    result.push([0, 1].map((j) => line[i][j] + share * (line[i + 1][j] - line[i][j])));
  }
  return result;
}

// The direction of each step: its cosine and its sine.
function directions(line) {
  const even = resample(line, N_POINTS);
  const values = new Float32Array(2 * (N_POINTS - 1));
  for (let i = 0; i < N_POINTS - 1; i++) {
    const [dx, dy] = [even[i + 1][0] - even[i][0], even[i + 1][1] - even[i][1]];
    const length = Math.max(Math.hypot(dx, dy), 1e-9);
    values.set([dx / length, dy / length], 2 * i);
  }
  return values;
}

function show(probabilities) {
  SHAPES.forEach((shape, i) => {
    const row = bars.children[i];
    const percent = Math.round(100 * probabilities[i]);
    row.querySelector(".try-it-bar").style.width = `${percent}%`;
    row.querySelector(".try-it-percent").textContent = `${percent} %`;
  });
  const best = probabilities.indexOf(Math.max(...probabilities));
  label.textContent = `${SHAPES[best]}, ${Math.round(100 * probabilities[best])} %`;
  widget.dataset.shape = SHAPES[best];
}

async function predict(session) {
  stale = true;
  if (busy) return;
  busy = true;
  try {
    while (stale && points.length >= 4) {
      stale = false;
      const X = new ort.Tensor("float32", directions(points), [1, N_POINTS - 1, 2]);
      const { probabilities } = await session.run({ X }, ["probabilities"]);
      if (points.length >= 4) show([...probabilities.data]);
    }
  } finally {
    busy = false;
  }
}

function clear() {
  drawings++;
  points = [];
  pen.clearRect(0, 0, canvas.width, canvas.height);
  show(SHAPES.map(() => 0));
  label.textContent = "Draw a circle, a star, a spiral ...";
  delete widget.dataset.shape;
  delete widget.dataset.drawn;
}

function draw(x, y) {
  points.push([x, y]);
  const before = points[Math.max(points.length - 2, 0)];
  pen.beginPath();
  pen.moveTo(...before);
  pen.lineTo(x, y);
  pen.stroke();
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [
    ((event.clientX - box.left) / box.width) * canvas.width,
    ((event.clientY - box.top) / box.height) * canvas.height,
  ];
}

// Corners of the shapes that the page draws by itself.
function corners(shape) {
  const ring = (angles, radius = () => 1) =>
    angles.map((a, i) => [
      radius(i) * Math.cos((a * Math.PI) / 180),
      radius(i) * Math.sin((a * Math.PI) / 180),
    ]);
  const range = (n, step) => [...Array(n).keys()].map((i) => i * step);
  switch (shape) {
    case "circle":
      return ring(range(61, 6));
    case "spiral":
      return ring(range(121, 8), (i) => 0.1 + (0.9 * i) / 120);
    case "square":
      return ring(range(5, 90).map((a) => a + 45));
    case "star":
      return ring(range(6, 144).map((a) => a - 90));
    case "triangle":
      return ring(range(4, 120).map((a) => a - 90));
    case "zigzag":
      return range(7, 1).map((i) => [i / 3 - 1, i % 2 ? 0.4 : -0.4]);
    default:
      return [[-1, 0.3], [1, -0.3]];
  }
}

async function sample(session, shape) {
  clear();
  const mine = drawings;
  for (const [x, y] of resample(corners(shape), 90)) {
    draw(320 + 230 * x, 320 + 230 * y);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await predict(session);
    if (mine !== drawings) return;
  }
  widget.dataset.drawn = shape;
}

function prepare() {
  const style = getComputedStyle(widget);
  pen.lineWidth = 8;
  pen.lineCap = "round";
  pen.strokeStyle = style.getPropertyValue("--pst-color-primary") || "#2a7fb8";
  SHAPES.forEach((shape) => {
    bars.insertAdjacentHTML(
      "beforeend",
      `<li><span class="try-it-name">${shape}</span>` +
        `<span class="try-it-track"><span class="try-it-bar"></span></span>` +
        `<span class="try-it-percent">0 %</span></li>`
    );
  });
}

async function start() {
  prepare();
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("./try_it/", import.meta.url).href;
  const model = new URL("./try_it/shapes.onnx", import.meta.url).href;
  const session = await ort.InferenceSession.create(model);
  let down = false;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    clear();
    down = true;
    draw(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!down) return;
    draw(...place(event));
    predict(session);
  });
  const up = () => {
    down = false;
    predict(session);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  widget.querySelector(".try-it-clear").addEventListener("click", clear);
  const samples = document.querySelector(".try-it-samples");
  SHAPES.forEach((shape) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = shape;
    button.addEventListener("click", () => sample(session, shape));
    samples.append(" ", button);
  });
  clear();
  widget.dataset.ready = "yes";
}

start().catch((error) => {
  label.textContent = `The network could not be loaded: ${error.message}`;
});
