// The customer's page: the link's token stands in the fragment, which no browser sends to a server by itself.
"use strict";

const TEXTS = {
  zh: {
    title: "和解协议", lead: "请先阅读协议全文，再决定是否签署。您也可以拒绝签署，投诉会继续处理。",
    opening: "正在打开协议……", document: "协议文本", open: "在新窗口中打开或下载", hash: "文件摘要（SHA-256）：",
    sign: "签署", how: "签署方式", typed: "键入姓名", drawn: "手写签名", name: "您的姓名",
    draw: "请在此处手写签名", clear: "重写", sign_now: "签署协议", decline: "不签署", decline_now: "确认不签署",
    reason: "您不签署的原因（我们会据此继续协商）", back: "返回",
    no_name: "请填写姓名。", no_drawing: "请先手写签名。", no_consent: "请先勾选同意声明。", no_reason: "请填写原因。",
    signing: "正在提交……", signed: "您已签署。公司随即签署，双方签署的协议会发给您一份；上面的链接可下载您刚才签署的文本。",
    declined: "已记录您不签署。我们会继续与您协商。",
    bad_link: "此链接不完整。请使用信件中的完整链接。", away: "暂时无法连接，请稍后重试。",
  },
  en: {
    title: "Settlement agreement", lead: "Please read the whole agreement before you decide. You may decline; your complaint then goes on.",
    opening: "Opening your agreement …", document: "The agreement", open: "Open in a new window or download", hash: "Document hash (SHA-256):",
    sign: "Sign", how: "How would you like to sign?", typed: "Type my name", drawn: "Draw my signature", name: "Your name",
    draw: "Draw your signature here", clear: "Start again", sign_now: "Sign the agreement", decline: "Do not sign", decline_now: "Decline to sign",
    reason: "Why would you rather not sign? We go on from there.", back: "Back",
    no_name: "Please enter your name.", no_drawing: "Please draw your signature first.", no_consent: "Please tick the consent first.", no_reason: "Please tell us why.",
    signing: "Sending …", signed: "You have signed. The company signs next and sends you a copy signed by both; the link above holds the text you have just signed.",
    declined: "We have noted that you do not sign. The talk goes on.",
    bad_link: "This link is not complete. Please use the whole link from your letter.", away: "We cannot be reached at the moment. Please try again in a while.",
  },
};
const CONSENTS = JSON.parse(document.getElementById("consents").textContent);
const by = (id) => document.getElementById(id);
let language = (navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
let session = null;
let complaint = null;
let drawn = false;
// One key for one act: pressed twice, or sent again after a lost answer, it signs once.
const acts = { signature: crypto.randomUUID(), refusal: crypto.randomUUID() };

function speak() {
  const texts = TEXTS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = texts.title;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = texts[each.dataset.text];
  for (const each of document.querySelectorAll("[data-title]")) each.title = texts[each.dataset.title];
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", texts[each.dataset.label]);
  by("consent-text").textContent = CONSENTS[language];
}

function say(text, wrong = false) {
  const status = by("status");
  status.textContent = text;
  status.classList.toggle("wrong", wrong);
}

function show(...ids) {
  for (const id of ["reading", "signing", "declining"]) by(id).hidden = !ids.includes(id);
}

async function ask(method, path, body, key) {
  const headers = { "accept-language": language };
  if (body) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  if (session) headers.authorization = `Bearer ${session.customer_token}`;
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
  if (answer.ok) return answer;
  let told = TEXTS[language].away;
  try {
    const problem = await answer.json();
    told = [problem.title || told, problem.remedy].filter(Boolean).join(language === "zh" ? "：" : ". ");
  } catch { /* not a problem document */ }
  throw new Error(told);
}

async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    say(error instanceof TypeError ? TEXTS[language].away : error.message, true);
    return false;
  }
}

async function open() {
  const dot = location.hash.indexOf(".");
  if (dot < 2) return say(TEXTS[language].bad_link, true);
  complaint = location.hash.slice(1, dot);
  const token = location.hash.slice(dot + 1);
  // Out of the address bar and the history: who looks over a shoulder sees no token.
  history.replaceState(null, "", location.pathname);
  say(TEXTS[language].opening);
  await attempt(async () => {
    session = await (await ask("POST", `/v1/signing/${encodeURIComponent(complaint)}/session`, { token })).json();
    language = session.language === "zh" ? "zh" : "en";
    speak();
    const pdf = await (await ask("GET", `/v1/negotiations/${encodeURIComponent(complaint)}/document`)).blob();
    const address = URL.createObjectURL(pdf);
    by("document").src = address;
    by("copy").href = address;
    by("copy").download = `agreement-${complaint}.pdf`;
    by("hash").textContent = session.document;
    say("");
    show("reading", "signing");
  });
}

function means() {
  return document.querySelector('input[name="means"]:checked').value;
}

function signature() {
  const found = { document: session.document, means: means(), consent: true };
  if (found.means === "typed") return { ...found, name: by("name").value.trim() };
  return { ...found, drawing: by("drawing").toDataURL("image/png").split(",")[1] };
}

async function sign(event) {
  event.preventDefault();
  const texts = TEXTS[language];
  if (means() === "typed" && !by("name").value.trim()) return say(texts.no_name, true);
  if (means() === "drawn" && !drawn) return say(texts.no_drawing, true);
  if (!by("consent").checked) return say(texts.no_consent, true);
  by("sign").disabled = true;
  say(texts.signing);
  const done = await attempt(() => ask("POST", `/v1/signing/${encodeURIComponent(complaint)}/signature`, signature(), acts.signature));
  by("sign").disabled = false;
  if (!done) return;
  show("reading");
  say(texts.signed);
}

async function decline(event) {
  event.preventDefault();
  const reason = by("reason").value.trim();
  if (!reason) return say(TEXTS[language].no_reason, true);
  const body = { document: session.document, reason };
  if (!(await attempt(() => ask("POST", `/v1/signing/${encodeURIComponent(complaint)}/refusal`, body, acts.refusal)))) return;
  show();
  say(TEXTS[language].declined);
}

function draw() {
  const canvas = by("drawing");
  const pen = canvas.getContext("2d");
  pen.lineWidth = 5;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#10243a";
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...place(event));
    pen.stroke();
    drawn = true;
  });
  by("clear").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    drawn = false;
  });
}

for (const choice of document.querySelectorAll('input[name="means"]')) {
  choice.addEventListener("change", () => {
    by("typed").hidden = means() !== "typed";
    by("drawn").hidden = means() !== "drawn";
  });
}
by("signing").addEventListener("submit", sign);
by("declining").addEventListener("submit", decline);
by("decline").addEventListener("click", () => show("reading", "declining"));
by("back").addEventListener("click", () => show("reading", "signing"));
speak();
draw();
open();
