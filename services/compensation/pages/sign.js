"use strict";

// What the page says. The consent text itself is policy and comes with the page.
const TEXTS = {
  zh: {
    title: "和解协议", wait: "正在打开您的协议……", open: "在新窗口中打开协议（PDF）", consentHeading: "签署前请确认",
    how: "签署方式", typed: "输入姓名", drawn: "手写签名", name: "您的姓名", clear: "清除重写",
    agree: "我已阅读协议全文，同意上述内容。", sign: "签署协议", declineHeading: "我不想签署",
    declineTold: "您可以拒绝签署，您的投诉会继续处理。请告诉我们原因：", reason: "原因", decline: "拒绝签署",
    signedHeading: "您已签署", signedTold: "感谢您。公司正在签署，请稍候；副本可随时向我们免费索取。",
    bothTold: "公司也已签署。请下载双方签署的副本保存。",
    declinedHeading: "您没有签署", declinedTold: "我们已收到您的说明，您的投诉会继续处理，我们将再与您联系。",
    copy: "下载副本", needName: "请输入您的姓名。", needDrawing: "请在框内手写签名。", needAgree: "请先勾选同意。",
    needReason: "请写明原因。", badLink: "此链接不完整，请从我们的信件中重新打开。",
    link_unknown: "此链接无效。请使用我们最近一封信中的链接。", link_replaced: "此链接已被新的链接取代，请使用最近一封信中的链接。",
    link_spent: "协议已签署、已拒绝或不再需要签署，此链接不再有效。", link_expired: "此链接已过期，请联系我们获取新链接。",
    session_expired: "停留时间过长。请重新打开信中的链接。", failed: "暂时无法完成，请稍后再试。",
  },
  en: {
    title: "Settlement agreement", wait: "Opening your agreement…", open: "Open the agreement in a new window (PDF)",
    consentHeading: "Before you sign", how: "How you sign", typed: "Type your name", drawn: "Draw your signature",
    name: "Your name", clear: "Clear", agree: "I have read the whole agreement and consent to the above.", sign: "Sign the agreement",
    declineHeading: "I do not want to sign", declineTold: "You may decline; your complaint goes on. Please tell us why:",
    reason: "Your reason", decline: "Decline to sign", signedHeading: "You have signed",
    signedTold: "Thank you. The company is signing now, one moment. You can ask us for a copy at any time, free of charge.",
    bothTold: "The company has signed too. Please download the copy both have signed.",
    declinedHeading: "You have not signed", declinedTold: "We have your reason. Your complaint goes on and we will be in touch.",
    copy: "Download your copy", needName: "Please type your name.", needDrawing: "Please draw your signature in the box.",
    needAgree: "Please tick your consent first.", needReason: "Please say why.",
    badLink: "This link is not complete. Please open it again from our letter.",
    link_unknown: "This link is not valid. Please use the one in our latest letter.",
    link_replaced: "A newer link took the place of this one. Please use the one in our latest letter.",
    link_spent: "This agreement was signed or declined, or is not to be signed any more; the link has ended.", link_expired: "This link has expired. Please ask us for a new one.",
    session_expired: "You were away for long. Please open the link in our letter again.", failed: "That did not work just now. Please try again later.",
  },
};

const at = (id) => document.getElementById(id);
const consents = JSON.parse(at("consents").textContent);
let words = TEXTS[(navigator.language || "zh").startsWith("zh") ? "zh" : "en"];
let complaint = "";
let session = null;
let rendering = null;
let drawnSomething = false;

function say(text, bad = false) {
  at("status").textContent = text;
  at("status").classList.toggle("bad", bad);
}

function label(language) {
  words = TEXTS[language] || words;
  document.documentElement.lang = language;
  document.title = words.title;
  const places = {
    title: "title", open: "open", "consent-heading": "consentHeading", how: "how", "typed-label": "typed", "drawn-label": "drawn",
    "name-label": "name", clear: "clear", "agree-label": "agree", sign: "sign", "decline-heading": "declineHeading",
    "decline-told": "declineTold", "reason-label": "reason", decline: "decline", copy: "copy",
  };
  for (const [id, name] of Object.entries(places)) at(id).textContent = words[name];
  at("pad").setAttribute("aria-label", words.drawn);
  at("consent").textContent = consents[language];
}

async function ask(path, body, key) {
  const headers = { "content-type": "application/json" };
  if (session) headers.authorization = `Bearer ${session.customer_token}`;
  if (key) headers["idempotency-key"] = key;
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), cache: "no-store" });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.rule || "failed");
  return told;
}

async function sheet() {
  const answer = await fetch(`/v1/negotiations/${complaint}/document`, {
    headers: { authorization: `Bearer ${session.customer_token}` }, cache: "no-store",
  });
  if (!answer.ok) throw new Error("failed");
  return new Blob([await answer.arrayBuffer()], { type: "application/pdf" });
}

// The company signs a moment after the customer: the copy becomes the one both have signed.
async function bothSigned(mine) {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await new Promise((resume) => { setTimeout(resume, 1000); });
    const now = await sheet().catch(() => mine);
    if (now.size !== mine.size) {
      at("copy").href = URL.createObjectURL(now);
      at("done-told").textContent = words.bothTold;
      return;
    }
  }
}

// The same attempt told twice is one signature: the key follows from what is said, not from when.
async function keyFor(body) {
  if (!crypto.subtle) return null; // not over plain http, where no customer should be
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function failed(error) {
  say(words[error.message] || words.failed, true);
}

async function enter() {
  const [, id, token] = /^#([0-9a-f-]{36})\.([A-Za-z0-9_-]{20,})$/.exec(location.hash) || [];
  if (!id) { say(words.badLink, true); return; }
  complaint = id;
  // The token leaves the address bar and the history before anything else happens.
  history.replaceState(null, "", location.pathname);
  say(words.wait);
  try {
    session = await ask(`/v1/signing/${complaint}/session`, { token });
    label(session.language);
    rendering = await sheet();
    const url = URL.createObjectURL(rendering);
    at("sheet").src = url;
    at("open").href = url;
    at("copy").href = url;
    at("agreement").hidden = false;
    say("");
  } catch (error) { failed(error); }
}

function means() {
  return document.querySelector("input[name=means]:checked").value;
}

async function sign(event) {
  event.preventDefault();
  const name = at("name").value.trim();
  const typed = means() === "typed";
  if (typed && !name) { say(words.needName, true); at("name").focus(); return; }
  if (!typed && !drawnSomething) { say(words.needDrawing, true); at("pad").focus(); return; }
  if (!at("agree").checked) { say(words.needAgree, true); at("agree").focus(); return; }
  const body = { document: session.document, means: means(), consent: true };
  if (typed) body.name = name; else body.drawing = at("pad").toDataURL("image/png").split(",")[1];
  if (await conclude("signature", body, "signedHeading", "signedTold")) await bothSigned(rendering);
}

async function decline() {
  const reason = at("reason").value.trim();
  if (!reason) { say(words.needReason, true); at("reason").focus(); return; }
  if (await conclude("refusal", { document: session.document, reason }, "declinedHeading", "declinedTold")) at("copy").hidden = true;
}

async function conclude(what, body, heading, told) {
  at("sign").disabled = at("decline").disabled = true;
  try {
    await ask(`/v1/signing/${complaint}/${what}`, body, await keyFor(body));
    at("agreement").hidden = true;
    at("done-heading").textContent = words[heading];
    at("done-told").textContent = words[told];
    at("done").hidden = false;
    say("");
    return true;
  } catch (error) {
    failed(error);
    at("sign").disabled = at("decline").disabled = false;
    return false;
  }
}

function draw() {
  const pad = at("pad");
  const pen = pad.getContext("2d");
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * pad.width / box.width, (event.clientY - box.top) * pad.height / box.height];
  };
  const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, pad.width, pad.height); drawnSomething = false; };
  let drawing = false;
  blank();
  pad.addEventListener("pointerdown", (event) => {
    drawing = true; pad.setPointerCapture(event.pointerId);
    pen.lineWidth = 3; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#14214e";
    pen.beginPath(); pen.moveTo(...place(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...place(event)); pen.stroke(); drawnSomething = true;
  });
  for (const end of ["pointerup", "pointercancel"]) pad.addEventListener(end, () => { drawing = false; });
  at("clear").addEventListener("click", blank);
}

for (const choice of document.querySelectorAll("input[name=means]")) {
  choice.addEventListener("change", () => {
    at("typed").hidden = means() !== "typed";
    at("drawn").hidden = means() !== "drawn";
  });
}
at("form").addEventListener("submit", sign);
at("decline").addEventListener("click", decline);
draw();
enter();
