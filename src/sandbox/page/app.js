// The sandbox page: shows what `/api/state` says and sends what the person presses.
//
// There is no state of its own besides what is open, typed or scrolled. Each refresh walks
// keyed lists and touches only what differs, so a playing video or an open menu stays as it is.
// Text from outside reaches the document as text nodes only.

// ---------------------------------------------------------------- words

const WORDS = {
  title: ["Neurocards — песочница", "Neurocards — sandbox"],
  sandbox: ["песочница", "sandbox"],
  tagline: ["Фото товара → готовое видео. Telegram, KIE и GPT здесь подставные", "Product photo → finished video. Telegram, KIE and GPT here are stand-ins"],
  skip: ["К чатам", "Skip to the chats"],
  interface_language: ["Язык страницы", "Page language"],
  add_seller: ["Продавец", "Seller"],
  panel: ["Пульт", "Controls"],
  sellers: ["Продавцы", "Sellers"],
  nobody: ["Пока никого нет. Добавьте продавца, и начнётся разговор.", "Nobody here yet. Add a seller to start a conversation."],
  close: ["Закрыть", "Close"],
  online: ["на связи", "connected"],
  offline: ["Песочница не отвечает. Запустите «neurocards sandbox» снова: страница подключится сама.", "The sandbox does not answer. Run “neurocards sandbox” again: the page will reconnect by itself."],
  connecting: ["подключаюсь…", "connecting…"],

  time: ["Время", "Time"],
  speed: ["Скорость времени", "Speed of time"],
  pause: ["Пауза", "Pause"],
  advance: ["Перевести вперёд", "Move forward"],
  plus_10: ["+10 с", "+10 s"],
  plus_60: ["+1 мин", "+1 min"],
  plus_1800: ["+30 мин", "+30 min"],

  tab_script: ["Сценарий", "Scenario"],
  tab_calls: ["Вызовы", "Calls"],
  tab_books: ["Учёт", "Books"],

  next_endings: ["Чем кончатся следующие генерации", "How the next generations end"],
  endings_hint: ["Нажмите, чтобы поставить в очередь:", "Press to put in the queue:"],
  rare: ["Редкие случаи", "Rare cases"],
  queue: ["Очередь", "Queue"],
  queue_then: ["дальше — {0}", "then {0}"],
  queue_empty: ["Очередь пуста. Каждая кончится так: {0}", "The queue is empty. Every one ends with: {0}"],
  gpt_empty: ["Очередь пуста: GPT отвечает как обычно.", "The queue is empty: GPT answers as usual."],
  clear: ["Очистить", "Clear"],
  default_ending: ["По умолчанию", "By default"],
  duration: ["Длится", "Takes"],
  callbacks: ["KIE сообщает о готовности", "KIE calls back when done"],
  callbacks_hint: ["Выключено — бот узнаёт, опрашивая сам", "Off: the bot finds out by asking"],
  dead_models: ["Отключены у KIE; бот попробует снова через сутки", "Switched off at KIE; the bot tries again in a day"],
  revive: ["Оживить", "Revive"],
  tasks: ["Задачи у KIE", "Tasks at KIE"],
  tasks_none: ["Ещё ни одной: закажите видео в чате.", "None yet: order a video in the chat."],
  billed: ["оплачено", "billed"],
  not_billed: ["без оплаты", "not billed"],
  gpt: ["Следующий ответ GPT", "GPT's next answer"],

  calls: ["Что видели сервисы", "What the services saw"],
  calls_none: ["Вызовов пока нет.", "No calls yet."],
  complaints: ["Замечания подставных сервисов", "What the stand-ins object to"],
  filter: ["Показать", "Show"],
  all: ["Все", "All"],
  photo: ["Фото", "Photo"],

  accounts: ["Счета", "Accounts"],
  seller: ["Продавец", "Seller"],
  shop: ["Магазин", "Shop"],
  available: ["Доступно", "Available"],
  held: ["В работе", "Held"],
  balance: ["Остаток", "Balance"],
  sum: ["сумма = {0}", "sum = {0}"],
  proof_good: ["Сумма всех счетов равна нулю: ни один кредит не потерян и не удвоен.", "All accounts add up to zero: no credit is lost or doubled."],
  proof_bad: ["Сумма всех счетов {0}, а должна быть 0. Это ошибка.", "All accounts add up to {0} instead of 0. This is a bug."],
  jobs: ["Задания", "Jobs"],
  jobs_none: ["Заданий пока нет.", "No jobs yet."],
  job_of: ["заказ {0} · {1}", "order {0} · {1}"],
  attempt: ["попытка {0}", "attempt {0}"],
  due_in: ["через {0}", "in {0}"],
  due_now: ["сейчас", "now"],
  entries: ["Проводки", "Entries"],
  entries_none: ["Движений пока нет.", "The book is empty."],
  job: ["задание {0}", "job {0}"],

  new_seller: ["Новый продавец", "New seller"],
  new_seller_hint: ["Откроется ещё один чат с ботом.", "Another chat with the bot will open."],
  name: ["Имя", "Name"],
  telegram_language: ["Язык Telegram", "Telegram language"],
  cancel: ["Отмена", "Cancel"],
  create: ["Добавить", "Add"],

  more: ["Ещё", "More"],
  block: ["Заблокировать бота", "Block the bot"],
  unblock: ["Разблокировать бота", "Unblock the bot"],
  blocked: ["бот заблокирован", "bot is blocked"],
  in_work: [" в работе", " held"],
  credits_label: ["Кредитов: {0}, в работе: {1}", "Credits: {0}, held: {1}"],
  grant: ["Начислить 5 кредитов", "Grant 5 credits"],
  typing: ["печатает", "typing"],
  upload_video: ["отправляет видео", "sending a video"],
  upload_photo: ["отправляет фото", "sending a photo"],
  record_video: ["записывает видео", "recording a video"],
  edited: ["изменено", "edited"],
  welcome_title: ["Что умеет этот бот?", "What can this bot do?"],
  welcome_text: ["Пришлите фото товара, ответьте на четыре вопроса — и получите вертикальные видео для Reels. В песочнице всё понарошку: кредиты и ожидание ничего не стоят.", "Send a product photo, answer four questions, get vertical videos for Reels. In the sandbox it is all pretend: credits and waiting cost nothing."],
  start: ["Запустить /start", "Start /start"],
  welcome_hint: ["Дальше — «🎬 Сделать Reels» и пример фото внизу. На пульте выбирают, чем кончится генерация", "Then “🎬 Make a Reel” and a sample photo below. The controls choose how a generation ends"],
  to_bottom: ["К последним сообщениям", "To the newest messages"],
  drop: ["Отпустите фото здесь", "Drop the photo here"],
  take_sample: ["Взять пример", "Take a sample"],
  sample: ["Отправить пример {0}", "Send sample {0}"],
  sample_1: ["кружка", "mug"],
  sample_2: ["подушка", "pillow"],
  sample_3: ["бутылка", "bottle"],
  phrases: ["Готовые ответы", "Ready answers"],
  phrase_text: ["Описание", "Description"],
  phrase_no: ["«-»", "“-”"],
  phrase_says: ["Отправить «{0}»", "Send “{0}”"],
  commands: ["Команды", "Commands"],
  message: ["Сообщение", "Message"],
  attach: ["Прикрепить", "Attach"],
  attach_photo: ["Фото", "Photo"],
  attach_file: ["Файлом, без сжатия", "As a file, uncompressed"],
  send: ["Отправить", "Send"],
  command_start: ["начать сначала", "start over"],
  command_menu: ["главное меню", "main menu"],
  command_cancel: ["отменить", "cancel"],
  command_help: ["помощь", "help"],
  sticker: ["Стикер", "Sticker"],
  voice: ["Голосовое", "Voice message"],
  location: ["Геопозиция", "Location"],
  album: ["Альбом", "Album"],
  file: ["Файл", "File"],
  video: ["Видео", "Video"],
  not_sent: ["Не отправлено: {0}", "Not sent: {0}"],
  not_image: ["«{0}» — не картинка. Отправьте её файлом.", "“{0}” is not a picture. Send it as a file."],
  ok: ["Понятно", "OK"],
  pay_confirm: ["Заплатить ⭐️ {0}", "Pay ⭐️ {0}"],
  pay_has: ["На счету ⭐️ {0}. Деньги понарошку.", "You have ⭐️ {0}. It is all pretend."],
};

const STAGES = {
  queued: ["в очереди", "queued"],
  preparing: ["готовится", "preparing"],
  submitting: ["передаётся", "submitting"],
  rendering: ["рисуется", "rendering"],
  delivering: ["отправляется", "delivering"],
  done: ["готово", "done"],
  failed: ["возвращено", "refunded"],
};

const TASK_STATES = {
  waiting: ["ждёт", "waiting"],
  queuing: ["в очереди", "queuing"],
  generating: ["рисуется", "generating"],
  success: ["готово", "success"],
  fail: ["не вышло", "fail"],
};

const REASONS = {
  welcome: ["подарок новичку", "welcome gift"],
  hold: ["отложено под видео", "held for a video"],
  capture: ["видео готово", "video done"],
  release: ["возврат", "refund"],
  grant: ["начислено вручную", "granted"],
  purchase: ["покупка", "purchase"],
  top_up: ["пополнение", "top-up"],
};

const ACCOUNTS = {
  gifts: ["Подарки", "Gifts"],
  sales: ["Продажи", "Sales"],
  grants: ["Начисления", "Grants"],
  revenue: ["Выручка", "Revenue"],
};

const SERVICES = ["telegram", "kie", "gpt", "photo", "yookassa", "cryptopay"];
const SERVICE_NAMES = { telegram: "Telegram", kie: "KIE", gpt: "GPT", yookassa: "ЮKassa", cryptopay: "Crypto Pay" };
const SPEEDS = [0, 1, 10, 60];
const ADVANCES = [10, 60, 1800];
const DURATIONS = [5_000, 15_000, 60_000, 180_000, 600_000, 1_500_000, 2_400_000];
const COMMANDS = ["start", "menu", "cancel", "help"];
const OTHERS = ["sticker", "voice", "location", "album"];
const OTHER_SIGNS = { sticker: "😺", voice: "🎤", location: "📍", album: "🖼️" };
const SAMPLES = [1, 2, 3];
/** What a seller would write about each sample, in the seller's language. */
const DESCRIPTIONS = {
  1: ["Керамическая кружка ручной работы, 350 мл. Держит тепло, не царапает стол", "Handmade ceramic mug, 350 ml. Keeps the heat, spares the table"],
  2: ["Ортопедическая подушка для сна, снимает напряжение", "Orthopaedic pillow, takes the tension out of your neck"],
  3: ["Бутылка для воды из стали, 500 мл, не протекает в сумке", "Steel water bottle, 500 ml, does not leak in a bag"],
};
const GRANT = 5;
/** What a person tries first; the others wait behind a fold. */
const COMMON_ENDINGS = new Set(["success", "violation", "rate_limit", "temporary", "billing", "unknown", "dead_model", "slow"]);
/** The stand-in hears a method in any case and notes it in small letters; here it looks as documented. */
const METHODS = new Map(["answerCallbackQuery", "deleteMessage", "deleteWebhook", "editMessageCaption", "editMessageMedia", "editMessageReplyMarkup", "editMessageText",
  "answerPreCheckoutQuery", "getFile", "getMe", "getMyStarBalance", "getStarTransactions", "refundStarPayment", "sendInvoice", "getUpdates", "getWebhookInfo", "sendChatAction", "sendMessage", "sendPhoto", "sendVideo", "setMyCommands", "setMyDescription",
  "setMyShortDescription", "setWebhook"].map((name) => [name.toLowerCase(), name]));

const REFRESH_MS = 200; // at most five a second
const SILENCE_MS = 5_000; // longer without an event: ask anyway
const NEAR_BOTTOM_PX = 72;
const TOAST_MS = 3_600;
const NOTICE_MS = 7_000;
const CALLS_SHOWN = 250;
const ENTRIES_SHOWN = 250;

// ---------------------------------------------------------------- small tools

const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 899px)");

const memory = {
  read(key) { try { return localStorage.getItem(`neurocards.${key}`); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(`neurocards.${key}`, value); } catch { /* private window */ } },
};

/** What was chosen here before, else Russian, as with the bot; who reads English and no Russian is met in English. */
const reads = (code) => navigator.languages.some((known) => known.toLowerCase().startsWith(code));
let language = (memory.read("language") ?? (reads("en") && !reads("ru") ? "en" : "ru")) === "en" ? 1 : 0;

const fill = (pattern, values) => pattern.replace(/\{(\d)\}/g, (_, i) => String(values[i] ?? ""));
const t = (key, ...values) => fill((WORDS[key] ?? [key, key])[language], values);
const named = (table, key) => (Object.hasOwn(table, key) ? table[key][language] : key);

/** An element with attributes and children; strings become text nodes. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";
function icon(path, box = 20) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${box} ${box}`);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function setText(node, text) {
  const next = String(text ?? "");
  if (node.textContent !== next) node.textContent = next;
}
function setAttribute(node, name, value) {
  const spoken = name.startsWith("aria-"); // these say "false" aloud
  if (value == null || (value === false && !spoken)) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const next = value === true && !spoken ? "" : String(value);
    if (node.getAttribute(name) !== next) node.setAttribute(name, next);
  }
}
const show = (node, shown) => { if (node.hidden === shown) node.hidden = !shown; };
const toggle = (node, name, on) => { if (node.classList.contains(name) !== Boolean(on)) node.classList.toggle(name, Boolean(on)); };

/** Makes the children of `parent` those of `items`, moving and recreating as few as possible. */
function keyed(parent, items, keyOf, create, update) {
  const kept = (parent.kept ??= new Map());
  const seen = new Set();
  const order = items.map((item, index) => {
    const key = String(keyOf(item, index));
    seen.add(key);
    let node = kept.get(key);
    if (!node) kept.set(key, (node = create(item, index)));
    update?.(node, item, index);
    return node;
  });
  for (const [key, node] of kept) {
    if (!seen.has(key)) { node.remove(); kept.delete(key); }
  }
  let place = parent.firstChild;
  for (const node of order) {
    while (place && place.keep) place = place.nextSibling;
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
}

/** Keys for things without an identity of their own: equal ones are counted. */
function counted(items, describe) {
  const seen = new Map();
  return items.map((item) => {
    const words = describe(item);
    const count = (seen.get(words) ?? 0) + 1;
    seen.set(words, count);
    return `${words}#${count}`;
  });
}

const LINKS = /(https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)\]}'])|(^|\s)(\/[a-z_]{2,32})(?=$|[\s.,;:!?)])|(^|[\s(])(@[A-Za-z][A-Za-z0-9_]{3,31})/gm;

/** The text as nodes, with addresses, commands and names made visible. */
function rich(text, command) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(LINKS)) {
    const [whole, address, before, slash, before2, mention] = match;
    const lead = before ?? before2 ?? "";
    out.push(text.slice(from, match.index) + lead);
    from = match.index + whole.length;
    if (address) out.push(el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    else if (slash) {
      const button = el("button", { type: "button", class: "command-link" }, slash);
      button.addEventListener("click", () => command(slash));
      out.push(button);
    } else out.push(el("span", { class: "mention" }, mention));
  }
  out.push(text.slice(from));
  return out.filter((part) => part !== "");
}

const two = (n) => String(n).padStart(2, "0");
const hhmm = (ms) => { const d = new Date(ms); return `${two(d.getHours())}:${two(d.getMinutes())}`; };
const hhmmss = (ms) => `${hhmm(ms)}:${two(new Date(ms).getSeconds())}`;
const day = (ms) => new Date(ms).toLocaleDateString(language ? "en-GB" : "ru-RU", { day: "numeric", month: "long" });
const fullDay = (ms) => new Date(ms).toLocaleDateString(language ? "en-GB" : "ru-RU", { weekday: "short", day: "numeric", month: "long" });

function span(ms) {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(total / 3600), minutes = Math.floor(total / 60) % 60, seconds = total % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
function length(ms) {
  const units = language ? ["s", "min"] : ["с", "мин"];
  return ms < 60_000 ? `${+(ms / 1000).toFixed(1)} ${units[0]}` : `${+(ms / 60_000).toFixed(1)} ${units[1]}`;
}

// ---------------------------------------------------------------- the server

function notice(sentence) {
  const line = el("div", { class: "notice", "data-test": "notice" },
    icon("M10 6v5M10 14v.01M10 2.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15z"), el("span", {}, sentence));
  $("notices").append(line);
  while ($("notices").children.length > 3) $("notices").firstChild.remove();
  setTimeout(() => line.remove(), NOTICE_MS);
}

/** Sends an action; answers the JSON, or `null` after showing why not. */
async function act(path, body, options = {}) {
  try {
    const raw = body instanceof Blob;
    const answer = await fetch(`/api/${path}`, {
      method: options.method ?? "POST",
      headers: raw ? { "content-type": body.type || "application/octet-stream" } : body === undefined ? {} : { "content-type": "application/json" },
      body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error || `${answer.status} ${answer.statusText}`);
    refreshSoon();
    return said;
  } catch (problem) {
    notice(problem instanceof TypeError ? t("offline") : problem.message);
    return null;
  }
}

let state = null;
let clockAt = 0; // performance.now() of the last state
let asking = false, askAgain = false, lastAsked = -Infinity, planned = 0;

function refreshSoon() {
  if (asking) { askAgain = true; return; }
  if (planned) return;
  const wait = Math.max(0, lastAsked + REFRESH_MS - performance.now());
  planned = setTimeout(() => { planned = 0; refresh(); }, wait);
}

async function refresh() {
  asking = true;
  lastAsked = performance.now();
  try {
    const answer = await fetch("/api/state", { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    state = await answer.json();
    clockAt = performance.now();
    connected("online");
    render();
  } catch (problem) {
    if (!(problem instanceof TypeError) && !/^\d+$/.test(problem.message)) console.error(problem);
    connected("offline");
  } finally {
    asking = false;
    if (askAgain) { askAgain = false; refreshSoon(); }
  }
}

let linkState = "connecting";
function connected(next) {
  linkState = next;
  const link = $("link");
  link.dataset.state = next;
  setText(link.lastElementChild, t(next));
}

function listen() {
  const events = new EventSource("/events");
  events.onopen = refreshSoon;
  events.onmessage = refreshSoon;
  events.onerror = () => {
    connected("offline");
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 1500);
  };
}

// ---------------------------------------------------------------- time

/** The virtual time, run on between two answers, but not for long: a silent server has no time. */
const now = () => (state ? state.now + Math.min(performance.now() - clockAt, SILENCE_MS) * (state.speed ?? 1) : 0);

function buildTime() {
  for (const speed of SPEEDS) {
    const button = el("button", { type: "button", "data-test": `speed-${speed}`, "data-speed": speed });
    if (speed === 0) {
      button.append(icon("M6.5 4v12M13.5 4v12"));
      button.dataset.tLabel = "pause";
    } else button.append(`×${speed}`);
    button.addEventListener("click", () => act("speed", { speed }));
    $("speeds").append(button);
  }
  for (const seconds of ADVANCES) {
    const button = el("button", { type: "button", class: "button small", "data-test": `advance-${seconds}`, "data-t": `plus_${seconds}` });
    button.addEventListener("click", () => act("advance", { ms: seconds * 1000 }));
    $("advances").append(button);
  }
}

function tick() {
  if (!state) return;
  const at = now();
  setText($("clock"), hhmmss(at));
  setText($("date"), fullDay(at));
  for (const node of document.querySelectorAll("[data-due]")) {
    const left = Number(node.dataset.due) - at;
    setText(node, left > 0 ? t("due_in", span(left)) : t("due_now"));
  }
  for (const node of document.querySelectorAll("[data-from-ms]")) {
    const { fromMs, tillMs } = node.dataset;
    const share = tillMs ? Math.min(1, Math.max(0, (at - fromMs) / Math.max(1, tillMs - fromMs))) : 1;
    node.style.transform = `scaleX(${share.toFixed(3)})`;
  }
}

function renderTime() {
  for (const button of $("speeds").children) setAttribute(button, "aria-pressed", Number(button.dataset.speed) === state.speed);
  toggle(document.body, "paused", state.speed === 0);
}

// ---------------------------------------------------------------- popovers

let openPopover = null;

function closePopover(refocus = false) {
  if (!openPopover) return;
  const { button, box } = openPopover;
  openPopover = null;
  box.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus();
}

function popover(button, box) {
  button.addEventListener("click", () => {
    const same = openPopover?.box === box;
    closePopover();
    if (same) return;
    box.hidden = false;
    button.setAttribute("aria-expanded", "true");
    openPopover = { button, box };
    box.querySelector("button")?.focus({ preventScroll: true });
  });
  box.addEventListener("click", (event) => { if (event.target.closest("button")) closePopover(true); });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...box.querySelectorAll("button")];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
}

document.addEventListener("pointerdown", (event) => {
  if (openPopover && !openPopover.box.contains(event.target) && !openPopover.button.contains(event.target)) closePopover();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (openPopover) closePopover(true);
  else if (narrow.matches && document.body.classList.contains("panel-open")) openPanel(false);
});

// ---------------------------------------------------------------- one seller's chat

const phones = new Map(); // seller id -> Phone
let current = null; // the seller whose tab is chosen on a narrow screen

const initial = (name) => ([...(name || "").trim()][0] ?? "?").toUpperCase();
const hue = (id) => Number(BigInt.asUintN(32, BigInt(Math.trunc(Number(id)) || 0) * 2654435761n) % 7n);

class Phone {
  constructor(seller) {
    this.id = seller.id;
    this.root = $("seller").content.firstElementChild.cloneNode(true);
    this.root.dataset.test = `seller-${seller.id}`;
    this.root.id = `seller-${seller.id}`;
    for (const name of ["avatar", "status", "purse", "scroll", "messages", "welcome", "to-bottom", "toasts", "composer", "picker", "send", "unblock", "block", "samples", "phrases", "in-work"]) {
      this[name.replace(/-(.)/g, (_, c) => c.toUpperCase())] = this.root.querySelector(`.${name}`);
    }
    this.name = this.root.querySelector("h2");
    this.balance = this.root.querySelector("[data-test=balance]");
    this.text = this.root.querySelector("textarea");
    this.avatar.dataset.hue = hue(seller.id);
    this.sample = SAMPLES[0]; // the last one sent: the ready description speaks of it
    this.stuck = true;
    this.scrolledTo = 0;
    this.unread = 0;
    this.lastId = null;
    this.toastsSeen = null;
    this.seller = seller;
    this.wire();
    words(this.root);
  }

  wire() {
    for (const host of this.root.querySelectorAll(".popover-host")) {
      popover(host.querySelector("button"), host.querySelector(".popover"));
    }
    this.buildCommands(this.composer.querySelector(".popover"));
    this.buildSamples(this.samples.querySelector(".sample-row"));
    this.buildPhrases();

    this.composer.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.text.addEventListener("input", () => this.grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    this.text.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files ?? [])][0];
      if (file) { event.preventDefault(); this.sendFile(file, "photo"); }
    });
    for (const button of this.composer.querySelectorAll("[data-as]")) {
      button.addEventListener("click", () => {
        this.pickAs = button.dataset.as;
        this.picker.accept = this.pickAs === "photo" ? "image/*" : "";
        this.picker.click();
      });
    }
    this.picker.addEventListener("change", () => {
      const [file] = this.picker.files;
      if (file) this.sendFile(file, this.pickAs ?? "photo");
      this.picker.value = "";
    });

    const chat = this.root.querySelector(".chat");
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    chat.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); chat.classList.add("dropping"); } });
    chat.addEventListener("dragleave", (event) => { if (!chat.contains(event.relatedTarget)) chat.classList.remove("dropping"); });
    chat.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      chat.classList.remove("dropping");
      const [file] = event.dataTransfer.files;
      if (file) this.sendFile(file, file.type.startsWith("image/") ? "photo" : "file");
    });

    this.root.querySelector(".start").addEventListener("click", () => {
      // The button goes away: the focus moves to where the conversation continues.
      (narrow.matches ? this.scroll : this.text).focus({ preventScroll: true });
      this.say("/start");
    });
    this.purse.addEventListener("click", () => this.post("grant", { credits: GRANT }));
    this.block.addEventListener("click", () => this.setBlocked(!this.seller.blocked));
    this.unblock.addEventListener("click", () => this.setBlocked(false));
    this.toBottom.addEventListener("click", () => this.stick(true));
    this.scroll.addEventListener("scroll", () => {
      // Only moving up lets go of the bottom: content that grows below does not.
      const { scrollTop, scrollHeight, clientHeight } = this.scroll;
      if (scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX) this.stuck = true;
      else if (scrollTop < this.scrolledTo) this.stuck = false;
      this.scrolledTo = scrollTop;
      if (this.stuck) this.unread = 0;
      this.renderToBottom();
    }, { passive: true });
    const watch = new ResizeObserver(() => { if (this.stuck) this.toEnd(); });
    watch.observe(this.messages);
    watch.observe(this.scroll);
  }

  buildCommands(box) {
    for (const command of COMMANDS) {
      const button = el("button", { type: "button", role: "menuitem", "data-test": `command-${command}` },
        el("code", {}, `/${command}`), el("span", { "data-t": `command_${command}` }));
      button.addEventListener("click", () => this.say(`/${command}`));
      box.append(button);
    }
    box.append(el("hr"));
    for (const kind of OTHERS) {
      const button = el("button", { type: "button", role: "menuitem", "data-test": `other-${kind}` },
        el("i", { "aria-hidden": "true" }, OTHER_SIGNS[kind]), el("span", { "data-t": kind }));
      button.addEventListener("click", () => { this.stick(); this.post("other", { kind }); });
      box.append(button);
    }
  }

  buildSamples(row) {
    for (const n of SAMPLES) {
      const button = el("button", { type: "button", class: "sample", "data-test": `sample-${n}`, "data-sample": n },
        el("img", { src: `/samples/${n}.jpg`, alt: "", width: 44, height: 44, loading: "lazy", decoding: "async" }));
      button.addEventListener("click", async () => {
        if (button.classList.contains("busy")) return;
        button.classList.add("busy");
        this.sample = n;
        this.renderPhrases();
        try {
          const picture = await fetch(`/samples/${n}.jpg`);
          if (!picture.ok) throw new Error(`${picture.status}`);
          await this.sendFile(new File([await picture.blob()], `sample-${n}.jpg`, { type: "image/jpeg" }), "photo");
        } catch (problem) {
          notice(t("not_sent", problem instanceof TypeError ? t("offline") : problem.message));
        } finally {
          button.classList.remove("busy");
        }
      });
      row.append(button);
    }
  }

  buildPhrases() {
    for (const name of ["text", "no"]) {
      const button = el("button", { type: "button", class: "chip", "data-test": `phrase-${name}`, "data-t": `phrase_${name}` });
      button.addEventListener("click", () => this.say(this.phrase(name)));
      this.phrases.append(button);
    }
  }

  phrase(name) { return name === "no" ? "-" : DESCRIPTIONS[this.sample][this.seller.language === "ru" ? 0 : 1]; }

  renderPhrases() {
    const [text, no] = this.phrases.children;
    setAttribute(text, "title", t("phrase_says", this.phrase("text")));
    setAttribute(no, "title", t("phrase_says", this.phrase("no")));
  }

  post(what, body) { return act(`sellers/${this.id}/${what}`, body); }

  say(text) { this.stick(); return this.post("text", { text }); }

  async submit() {
    const text = this.text.value.trim();
    if (!text) return;
    this.text.value = "";
    this.grow();
    const said = await this.say(text);
    if (!said && !this.text.value) { this.text.value = text; this.grow(); }
  }

  sendFile(file, as) {
    if (as === "photo" && file.type && !file.type.startsWith("image/")) { notice(t("not_image", file.name)); return null; }
    this.stick();
    return act(`sellers/${this.id}/photo?as=${as}&name=${encodeURIComponent(file.name || "photo.jpg")}`, file);
  }

  setBlocked(blocked) { return this.post("block", { blocked }); }

  grow() {
    // An empty one keeps the height it began with; `scrollHeight` leaves out the two borders.
    this.text.style.height = "";
    if (this.text.value && this.text.scrollHeight > this.text.clientHeight) this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 132)}px`;
    toggle(this.composer, "typed", this.text.value.trim());
  }

  toEnd() { this.scroll.scrollTop = this.scroll.scrollHeight; }

  stick(smooth = false) {
    this.stuck = true;
    this.unread = 0;
    this.renderToBottom();
    if (smooth && !calm.matches) this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: "smooth" });
    else this.toEnd();
  }

  renderToBottom() {
    show(this.toBottom, !this.stuck);
    setText(this.toBottom.querySelector("b"), this.unread || "");
  }

  update(seller, purse) {
    this.stars = seller.stars;
    this.seller = seller;
    setAttribute(this.root, "aria-label", seller.name);
    setText(this.name, seller.name);
    setText(this.avatar, initial(seller.name));
    this.renderStatus();
    show(this.purse, purse.available != null);
    setText(this.balance, purse.available ?? "");
    setText(this.inWork, purse.held ? `+${purse.held}` : "");
    setAttribute(this.inWork, "data-label", t("in_work"));
    const credits = `${t("credits_label", purse.available ?? 0, purse.held ?? 0)}. ${t("grant")}`;
    setAttribute(this.purse, "title", credits);
    setAttribute(this.purse, "aria-label", credits);
    this.renderPhrases();

    setText(this.block, t(seller.blocked ? "unblock" : "block"));
    toggle(this.block, "danger", !seller.blocked);
    toggle(this.root, "is-blocked", seller.blocked);
    show(this.composer, !seller.blocked);
    show(this.samples, !seller.blocked);
    show(this.unblock, seller.blocked);

    this.renderMessages(seller.messages ?? []);
    this.renderToasts(seller.toasts ?? []);
    for (const sample of this.samples.querySelectorAll("[data-sample]")) {
      const label = t("sample", t(`sample_${sample.dataset.sample}`));
      setAttribute(sample, "aria-label", label);
      setAttribute(sample, "title", label);
    }
  }

  renderStatus() {
    const { action, blocked, language: code, id } = this.seller;
    toggle(this.status, "acting", action && !blocked);
    const words = blocked ? t("blocked") : action ? t(Object.hasOwn(WORDS, action) ? action : "typing") : `${code || "—"} · ${id}`;
    setText(this.status, words);
  }

  renderMessages(messages) {
    show(this.welcome, messages.length === 0);
    const rows = [];
    messages.forEach((message, i) => {
      const before = messages[i - 1], after = messages[i + 1];
      if (!before || day(before.at) !== day(message.at)) rows.push({ key: `day ${new Date(message.at).toDateString()}`, day: message.at });
      const near = (other) => other && other.from_bot === message.from_bot && Math.abs(other.at - message.at) < 3_600_000 && day(other.at) === day(message.at);
      rows.push({ key: `message ${message.id}`, message, first: !near(before), last: !near(after) });
    });
    keyed(this.messages, rows, (row) => row.key,
      (row) => (row.message ? new Bubble(this, row.message).root : el("div", { class: "day" }, el("span"))),
      (node, row) => (row.message ? node.bubble.update(row) : setText(node.firstChild, day(row.day))));

    const newest = messages.at(-1);
    if (newest && newest.id !== this.lastId) {
      if (this.lastId !== null && newest.from_bot) {
        const known = messages.findIndex((message) => message.id === this.lastId);
        const fresh = messages.slice(known + 1).filter((message) => message.from_bot).length;
        if (!this.stuck || (narrow.matches && current !== this.id)) this.unread += fresh;
      }
      this.lastId = newest.id;
      if (this.stuck) this.toEnd();
      this.renderToBottom();
    }
  }

  renderToasts(toasts) {
    const keys = counted(toasts, (toast) => `${toast.at} ${toast.text}`);
    if (this.toastsSeen) {
      toasts.forEach((toast, i) => {
        if (this.toastsSeen.has(keys[i]) || !toast.text) return;
        if (toast.alert) this.alert(toast.text);
        else {
          const pill = el("div", { class: "toast", "data-test": "toast" }, toast.text);
          this.toasts.append(pill);
          setTimeout(() => pill.remove(), TOAST_MS);
        }
      });
    }
    this.toastsSeen = new Set(keys);
  }

  alert(text) {
    const close = () => { veil.remove(); this.text.focus({ preventScroll: true }); };
    const button = el("button", { type: "button", class: "text-button" }, t("ok"));
    const veil = el("div", { class: "veil" },
      el("div", { class: "alert", role: "alertdialog", "aria-modal": "false", "aria-label": "Neurocards", "data-test": "alert" },
        el("strong", {}, "Neurocards"), el("p", {}, text), button));
    button.addEventListener("click", close);
    veil.addEventListener("click", (event) => { if (event.target === veil) close(); });
    veil.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
    this.root.append(veil);
    button.focus({ preventScroll: true });
  }
}

class Bubble {
  constructor(phone, message) {
    this.phone = phone;
    const from = message.from_bot ? "bot" : "user";
    this.media = el("div", { class: "media", hidden: true });
    this.text = el("div", { class: "text", dir: "auto" });
    this.edited = el("span", { class: "edited" });
    this.time = el("time");
    this.meta = el("span", { class: "meta" }, this.edited, this.time);
    if (!message.from_bot) this.meta.append(icon("M1.5 8.5l3.5 3.5 7-8M8 12l1 .8 6.5-8.3", 16));
    this.body = el("div", { class: "bubble" }, this.media, this.text, this.meta);
    this.keyboard = el("div", { class: "keyboard", hidden: true });
    this.root = el("article", { class: `message ${from}`, "data-test": "message", "data-from": from, "data-id": message.id }, this.body, this.keyboard);
    this.root.bubble = this;
  }

  update({ message, first, last }) {
    toggle(this.root, "first", first);
    toggle(this.root, "last", last);
    this.message = message;
    this.renderMedia(message.media);
    this.renderText(message.text ?? "");
    setText(this.time, hhmm(message.at));
    setAttribute(this.time, "datetime", new Date(message.at).toISOString());
    setAttribute(this.time, "title", `${day(message.at)}, ${hhmmss(message.at)}`);
    setText(this.edited, message.edited_at ? t("edited") : "");
    setAttribute(this.edited, "title", message.edited_at ? hhmmss(message.edited_at) : null);
    this.renderKeyboard(message.buttons ?? []);
  }

  renderText(text) {
    if (this.shownText === text) return;
    this.shownText = text;
    this.text.replaceChildren(...rich(text, (command) => this.phone.say(command)));
    show(this.text, text !== "");
    toggle(this.root, "wordless", text === "");
  }

  renderMedia(media) {
    const key = media ? `${media.kind} ${media.url ?? ""} ${media.name ?? ""}` : "";
    if (this.shownMedia === key) return;
    this.shownMedia = key;
    this.root.classList.remove("has-photo", "has-video", "has-file", "has-sticker", "has-voice", "has-location", "pictured");
    show(this.media, Boolean(media));
    this.body.style.width = "";
    this.media.replaceChildren();
    if (!media) return;
    this.root.classList.add(`has-${media.kind}`);
    if (media.kind === "photo" || media.kind === "video") this.root.classList.add("pictured");
    this.media.append(this.draw(media));
  }

  draw(media) {
    const known = media.width > 0 && media.height > 0;
    switch (media.kind) {
      case "photo": {
        const picture = el("img", { src: media.url, alt: media.name || t("photo"), decoding: "async", width: known && media.width, height: known && media.height });
        if (known) frame(picture, this.body, media.width, media.height);
        else {
          frame(picture, this.body, 1, 1);
          picture.addEventListener("load", () => frame(picture, this.body, picture.naturalWidth, picture.naturalHeight), { once: true });
        }
        const link = el("a", { href: media.url, target: "_blank", rel: "noopener", class: "picture" }, picture);
        return link;
      }
      case "video": {
        const film = el("video", { "data-test": "video", controls: true, loop: true, muted: true, playsinline: true, preload: "auto", "aria-label": media.name || t("video") });
        film.muted = true;
        film.autoplay = !calm.matches;
        if (known) frame(film, this.body, media.width, media.height);
        else {
          frame(film, this.body, 9, 16);
          film.addEventListener("loadedmetadata", () => { if (film.videoWidth) frame(film, this.body, film.videoWidth, film.videoHeight); }, { once: true });
        }
        film.src = media.url;
        return film;
      }
      case "sticker":
        return media.url ? el("img", { src: media.url, alt: media.name || t("sticker"), width: 140, height: 140 }) : el("span", { class: "sticker", role: "img", "aria-label": t("sticker") }, OTHER_SIGNS.sticker);
      case "voice": {
        const bars = el("span", { class: "wave", "aria-hidden": "true" });
        for (let i = 0; i < 28; i += 1) {
          const bar = el("i");
          bar.style.height = `${4 + Math.round(16 * Math.abs(Math.sin(i * 1.7) * Math.cos(i * 0.37)))}px`;
          bars.append(bar);
        }
        return el("span", { class: "voice", role: "img", "aria-label": t("voice") }, el("span", { class: "round" }, icon("M7 4.5v11l9-5.5z")), bars, el("small", {}, "0:04"));
      }
      case "location":
        return el("span", { class: "map", role: "img", "aria-label": t("location") }, el("i", { "aria-hidden": "true" }, "📍"));
      default: {
        const name = media.name || t("file");
        const parts = [el("span", { class: "round", "aria-hidden": "true" }, icon("M6 2.5h5.5L15 6v11.5H6zM11.5 2.5V6H15")), el("span", { class: "file-name" }, name)];
        return media.url ? el("a", { class: "file", href: media.url, download: name }, ...parts) : el("span", { class: "file" }, ...parts);
      }
    }
  }

  renderKeyboard(rows) {
    const key = JSON.stringify([rows, this.message.invoice?.paid]);
    if (this.shownKeyboard === key) return;
    this.shownKeyboard = key;
    show(this.keyboard, rows.length > 0);
    toggle(this.root, "has-keyboard", rows.length > 0);
    this.keyboard.replaceChildren(...rows.map((row) => el("div", { class: "keyboard-row" }, ...row.map((button) => this.key(button)))));
  }

  key({ text, data, url, pay }) {
    if (pay) return this.payKey(text);
    if (url && /^(https?|tg):/i.test(url)) {
      return el("a", { class: "key", "data-test": "inline", href: url, target: "_blank", rel: "noopener noreferrer", title: url }, el("span", {}, text), icon("M7 5h8v8M15 5L5.5 14.5"));
    }
    const button = el("button", { type: "button", class: "key", "data-test": "inline", "data-data": data }, el("span", {}, text));
    button.addEventListener("click", async () => {
      if (button.classList.contains("busy")) return;
      button.classList.add("busy");
      await this.phone.post("press", { message_id: this.message.id, data: data ?? "" });
      setTimeout(() => button.classList.remove("busy"), 250);
    });
    return button;
  }

  /** The sheet over which Stars are paid: once, and only by a press of its own. */
  payKey(text) {
    const paid = Boolean(this.message.invoice?.paid);
    const button = el("button", { type: "button", class: "key", "data-test": "pay", disabled: paid }, el("span", {}, text));
    button.addEventListener("click", () => {
      const go = el("button", { type: "button", class: "button primary", "data-test": "pay-confirm" }, t("pay_confirm", this.message.invoice?.stars ?? ""));
      const back = el("button", { type: "button", class: "button" }, t("cancel"));
      const sheet = el("dialog", { "data-test": "pay-sheet" },
        el("form", { method: "dialog" }, el("h2", {}, text), el("p", { class: "hint" }, t("pay_has", this.phone.stars ?? "")), el("div", { class: "dialog-buttons" }, back, go)));
      back.addEventListener("click", () => sheet.close());
      go.addEventListener("click", async () => {
        go.disabled = true;
        await this.phone.post("pay", { message_id: this.message.id });
        sheet.close();
      });
      sheet.addEventListener("close", () => { sheet.remove(); this.shownKeyboard = null; this.renderKeyboard(this.message.buttons ?? []); });
      document.body.append(sheet);
      sheet.showModal();
    });
    return button;
  }
}

/** Gives a picture its final box before it loads, so that nothing jumps. */
function frame(node, bubble, width, height) {
  const shape = Math.min(2.2, Math.max(0.5, width / height));
  const tallest = node.tagName === "VIDEO" ? 430 : 340;
  node.style.aspectRatio = String(shape);
  bubble.style.width = `${Math.round(Math.min(330, Math.max(150, tallest * shape)))}px`;
}

function renderSellers() {
  const balances = new Map((state.books?.accounts ?? []).map(({ name, balance }) => [name, balance]));
  const sellers = state.sellers ?? [];
  if (!sellers.some(({ id }) => id === current)) current = sellers[0]?.id ?? null;
  show($("nobody"), sellers.length === 0);
  $("nobody").keep = true;
  keyed($("sellers"), sellers, (seller) => seller.id,
    (seller) => { const phone = new Phone(seller); phones.set(String(seller.id), phone); return phone.root; },
    (node, seller) => phones.get(String(seller.id)).update(seller, { available: balances.get(`available ${seller.id}`), held: balances.get(`held ${seller.id}`) }));
  for (const id of phones.keys()) if (!sellers.some((seller) => String(seller.id) === id)) phones.delete(id);
  $("sellers").dataset.count = sellers.length;

  keyed($("seller-tabs"), sellers, (seller) => seller.id,
    (seller) => {
      const tab = el("button", { type: "button", role: "tab", "data-test": `seller-tab-${seller.id}`, "aria-controls": `seller-${seller.id}` },
        el("span", { class: "avatar", "aria-hidden": "true", "data-hue": hue(seller.id) }), el("span"), el("b"));
      tab.addEventListener("click", () => choose(seller.id));
      return tab;
    },
    (tab, seller) => {
      const [avatar, name, unread] = tab.children;
      setText(avatar, initial(seller.name));
      setText(name, seller.name);
      setText(unread, phones.get(String(seller.id)).unread || "");
      setAttribute(tab, "aria-selected", seller.id === current);
    });
  for (const [id, phone] of phones) toggle(phone.root, "current", id === String(current));
}

function choose(id) {
  current = id;
  const phone = phones.get(String(id));
  renderSellers();
  phone?.stick();
  phone?.root.scrollIntoView({ block: "nearest", inline: "nearest", behavior: calm.matches ? "auto" : "smooth" });
  renderSellers();
}

// ---------------------------------------------------------------- the panel

const tone = (name) =>
  /^(success|script|normal)$/.test(name) ? "good" : /violat|moderat|refus|bill|auth|unknown|valid/.test(name) ? "bad" : /model/.test(name) ? "odd" : /rate|temporary|server|not_json|empty/.test(name) ? "warn" : "soft";
const label = (item) => (item ? item[language ? "en" : "ru"] || item.name : "");

function chipQueue(list, names, table, tail) {
  const find = (name) => label(table.find((item) => item.name === name)) || name;
  const items = names.map((name, i) => ({ key: `${i} ${name}`, name, text: find(name) }));
  items.push({ key: "tail", text: tail });
  keyed(list, items, (item) => item.key,
    (item) => el("li", item.name ? { class: "queued", "data-tone": tone(item.name), "data-name": item.name } : { class: "tail" }),
    (node, item) => setText(node, item.text));
}

function chipButtons(box, table, prefix, press) {
  keyed(box, table, (item) => item.name,
    (item) => {
      const chip = el("button", { type: "button", class: "chip", "data-test": `${prefix}-${item.name}`, "data-tone": tone(item.name) });
      chip.addEventListener("click", () => press(item.name));
      return chip;
    },
    (chip, item) => setText(chip, label(item)));
}

/** Options of a select, left alone while they are the same. */
function options(select, pairs, value) {
  const key = JSON.stringify(pairs);
  if (select.shown !== key) {
    select.shown = key;
    select.replaceChildren(...pairs.map(([code, text]) => el("option", { value: code }, text)));
  }
  if (document.activeElement !== select || !select.touched) select.value = String(value);
}

function renderScript() {
  const kie = state.kie ?? {}, gpt = state.gpt ?? {};
  const endings = kie.endings ?? [], next = kie.next ?? [];
  const usual = label(endings.find(({ name }) => name === kie.default)) || kie.default || "";
  chipQueue($("queue"), next, endings, next.length ? t("queue_then", usual) : t("queue_empty", usual));
  setAttribute($("clear"), "disabled", next.length === 0);
  const plan = (ending) => act("kie/next", { ending, count: 1 });
  const common = ({ name }) => COMMON_ENDINGS.has(name);
  chipButtons($("endings"), endings.filter(common), "ending", plan);
  chipButtons($("rare-endings"), endings.filter((item) => !common(item)), "ending", plan);
  options($("default"), endings.map((item) => [item.name, label(item)]), kie.default);
  const lengths = [...new Set([...DURATIONS, kie.duration_ms ?? 60_000])].sort((a, b) => a - b);
  options($("duration"), lengths.map((ms) => [String(ms), length(ms)]), kie.duration_ms);
  if ($("callbacks").checked !== Boolean(kie.callbacks)) $("callbacks").checked = Boolean(kie.callbacks);

  const dead = kie.dead_models ?? [];
  show($("dead"), dead.length > 0);
  keyed($("dead-list"), dead, (model) => model, (model) => el("li", {}, model));

  const tasks = [...(kie.tasks ?? [])].reverse();
  show($("tasks-none"), tasks.length === 0);
  setText($("tasks-count"), tasks.length || "");
  keyed($("tasks"), tasks.slice(0, 40), (task) => task.id,
    (task) => el("li", { "data-test": "task" }, el("div", {}, el("code", { title: task.id }, task.model), el("span", { class: "badge" })), el("div", { class: "bar" }, el("i")), el("div", { class: "muted" }, el("span"), el("span"))),
    (node, task) => {
      const [head, bar, foot] = node.children;
      setText(head.lastChild, named(TASK_STATES, task.state));
      toggle(bar, "endless", task.ends_at == null && /generating|waiting|queuing/.test(task.state));
      setAttribute(head.lastChild, "data-tone", /success/.test(task.state) ? "good" : /fail|error/.test(task.state) ? "bad" : "soft");
      setAttribute(bar.firstChild, "data-from-ms", task.created_at);
      setAttribute(bar.firstChild, "data-till-ms", task.ends_at);
      setAttribute(bar.firstChild, "data-tone", tone(task.ending ?? ""));
      setText(foot.firstChild, label(endings.find(({ name }) => name === task.ending)) || task.ending);
      setText(foot.lastChild, t(task.billed ? "billed" : "not_billed"));
    });

  chipQueue($("gpt-queue"), gpt.next ?? [], gpt.writings ?? [], (gpt.next ?? []).length ? "" : t("gpt_empty"));
  chipButtons($("writings"), gpt.writings ?? [], "gpt", (writing) => act("gpt/next", { writing }));
}

/** A long id says nothing to a person: its end tells it from others. */
const brief = (note) => note.replace(/[0-9a-f]{20,}/g, (id) => `…${id.slice(-6)}`);

let filter = "all";
function renderCalls() {
  const calls = state.calls ?? [], complaints = state.complaints ?? [];
  show($("complaints"), complaints.length > 0);
  const said = counted(complaints, String);
  keyed($("complaints-list"), complaints.map((text, i) => ({ text, key: said[i] })), (item) => item.key, (item) => el("li", { "data-test": "complaint" }, item.text));
  setText($("calls-count"), calls.length || "");
  const count = (service) => (service === "all" ? calls.length : calls.filter((call) => call.service === service).length);
  const serviceName = (service) => SERVICE_NAMES[service] ?? t(service);
  keyed($("filters"), ["all", ...SERVICES], (service) => service,
    (service) => {
      const chip = el("button", { type: "button", class: "chip", "data-test": `filter-${service}`, "data-service": service }, el("span"), el("b"));
      chip.addEventListener("click", () => { filter = service; renderCalls(); });
      return chip;
    },
    (chip, service) => {
      setText(chip.firstChild, serviceName(service));
      setText(chip.lastChild, count(service) || "");
      setAttribute(chip, "aria-pressed", filter === service);
    });
  const keys = counted(calls, (call) => `${call.at} ${call.service} ${call.method} ${call.status} ${call.note}`);
  const rows = calls.map((call, i) => ({ call, key: keys[i] })).filter(({ call }) => filter === "all" || call.service === filter);
  rows.sort((a, b) => a.call.at - b.call.at);
  const shown = rows.slice(-CALLS_SHOWN).reverse();
  show($("calls-none"), shown.length === 0);
  keyed($("calls"), shown, (row) => row.key,
    ({ call }) => {
      const status = String(call.status ?? "");
      const good = /^(2|ok)/i.test(status), poor = /^5/.test(status);
      return el("li", { "data-test": "call", "data-service": call.service },
        el("time", {}, hhmmss(call.at)), el("span", { class: "service" }, serviceName(call.service)), el("code", {}, METHODS.get(call.method) ?? call.method),
        el("span", { class: "badge", "data-tone": good ? "good" : poor ? "bad" : "warn" }, status),
        call.note ? el("small", { title: call.note }, brief(call.note)) : null);
    },
    (node, { call }) => setText(node.children[1], serviceName(call.service)));
}

function accountName(name) {
  const [kind, id] = String(name).split(" ");
  if (id === undefined) return named(ACCOUNTS, kind);
  const owner = state.sellers?.find((seller) => String(seller.id) === id)?.name ?? id;
  return kind === "held" ? `${owner} · ${t("held").toLowerCase()}` : owner;
}

function renderBooks() {
  const books = state.books ?? {};
  const sum = books.sum ?? 0;
  setText($("sum"), t("sum", sum));
  setAttribute($("sum"), "data-tone", sum === 0 ? "good" : "bad");
  setText($("proof"), sum === 0 ? t("proof_good") : t("proof_bad", sum));
  setAttribute($("proof"), "data-tone", sum === 0 ? "good" : "bad");

  const people = new Map(), shop = [];
  for (const { name, balance } of books.accounts ?? []) {
    const [kind, id] = name.split(" ");
    if (id === undefined) { shop.push({ name, balance }); continue; }
    if (!people.has(id)) people.set(id, { id });
    people.get(id)[kind] = balance;
  }
  keyed($("accounts"), [...people.values()], ({ id }) => id,
    ({ id }) => el("tr", { "data-test": `account-${id}` }, el("th", { scope: "row" }, el("span"), el("small", {}, id)), el("td"), el("td")),
    (row, { id, available, held }) => {
      const owner = accountName(`available ${id}`);
      setText(row.children[0].firstChild, owner);
      show(row.children[0].lastChild, owner !== id);
      setText(row.children[1], available ?? 0);
      setText(row.children[2], held ?? 0);
      toggle(row.children[2], "zero", !held);
    });
  keyed($("shop"), shop, ({ name }) => name,
    ({ name }) => el("tr", { "data-test": `account-${name}` }, el("th", { scope: "row" }, el("span")), el("td")),
    (row, { name, balance }) => {
      setText(row.children[0].firstChild, accountName(name));
      setText(row.children[1], balance < 0 ? `−${-balance}` : balance);
    });

  const jobs = [...(books.jobs ?? [])].sort((a, b) => b.id - a.id);
  show($("jobs-none"), jobs.length === 0);
  keyed($("jobs"), jobs.slice(0, 100), ({ id }) => id,
    ({ id }) => el("li", { "data-test": `job-${id}` },
      el("div", {}, el("strong", {}, `№ ${id}`), el("span", { class: "muted" }), el("span", { class: "badge" })),
      el("div", { class: "muted" }, el("span"), el("code"), el("span", { class: "due" }))),
    (node, job) => {
      const [head, foot] = node.children;
      setText(head.children[1], t("job_of", job.order, accountName(`available ${job.seller}`)));
      setText(head.children[2], named(STAGES, job.stage));
      setAttribute(head.children[2], "data-tone", { done: "good", failed: "bad", queued: "idle" }[job.stage] ?? "soft");
      setAttribute(node, "data-stage", job.stage);
      setText(foot.children[0], t("attempt", job.attempt));
      setText(foot.children[1], job.model ?? "");
      setAttribute(foot.children[2], "data-due", job.due);
      if (job.due == null) setText(foot.children[2], "");
    });

  const entries = [...(books.entries ?? [])].sort((a, b) => b.n - a.n).slice(0, ENTRIES_SHOWN);
  show($("entries-none"), entries.length === 0);
  keyed($("entries"), entries, ({ n }) => n,
    ({ n, at, amount, reason }) => el("li", { "data-test": "entry", "data-reason": reason },
      el("time", {}, hhmmss(at)), el("span", { class: "route" }, el("span"), el("i", { "aria-hidden": "true" }, "→"), el("span")), el("b", {}, String(amount)),
      el("small", {}, el("span", {}, `${n}`), el("span"), el("span"))),
    (node, entry) => {
      const route = node.children[1];
      setText(route.children[0], accountName(entry.from));
      setText(route.children[2], accountName(entry.to));
      setText(node.lastChild.children[1], named(REASONS, entry.reason));
      setText(node.lastChild.children[2], entry.job == null ? "" : t("job", entry.job));
    });
}

let pane = "script";
function choosePane(next, focus = false) {
  pane = next;
  for (const tab of document.querySelectorAll("[data-pane]")) {
    const chosen = tab.dataset.pane === next;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    show($(`pane-${tab.dataset.pane}`), chosen);
    if (chosen && focus) tab.focus();
  }
}

function openPanel(open) {
  document.body.classList.toggle("panel-open", open);
  document.body.classList.toggle("panel-shut", !open);
  $("panel-toggle").setAttribute("aria-expanded", String(open));
  if (open && narrow.matches) $("panel-close").focus({ preventScroll: true });
  else if (!open && $("panel").contains(document.activeElement)) $("panel-toggle").focus();
}

function buildPanel() {
  $("clear").addEventListener("click", () => act("kie/next", undefined, { method: "DELETE" }));
  $("revive").addEventListener("click", () => act("kie/revive", {}));
  $("callbacks").addEventListener("change", (event) => act("kie/callbacks", { on: event.target.checked }));
  $("default").addEventListener("change", (event) => act("kie/default", { ending: event.target.value }));
  $("duration").addEventListener("change", (event) => act("kie/duration", { ms: Number(event.target.value) }));
  for (const select of [$("default"), $("duration")]) {
    select.addEventListener("focus", () => { select.touched = true; });
    for (const over of ["change", "blur"]) select.addEventListener(over, () => { select.touched = false; });
  }
  const tabs = [...document.querySelectorAll("[data-pane]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => choosePane(tab.dataset.pane));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) choosePane(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].dataset.pane, true);
    });
  }
  $("panel-toggle").addEventListener("click", () => openPanel($("panel-toggle").getAttribute("aria-expanded") !== "true"));
  $("panel-close").addEventListener("click", () => openPanel(false));
  narrow.addEventListener("change", () => openPanel(!narrow.matches));
  openPanel(!narrow.matches);
  choosePane("script");
}

// ---------------------------------------------------------------- new sellers, words, start

function buildNewSeller() {
  const dialog = $("new-seller"), form = $("new-seller-form");
  $("add-seller").addEventListener("click", () => { form.reset(); dialog.showModal(); form.elements.name.focus(); });
  $("new-seller-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = form.elements.name.value.trim();
    if (!name) return;
    const made = await act("sellers", { name, language: form.elements.language.value || null });
    if (!made) return;
    dialog.close();
    await refresh();
    if (phones.has(String(made.id))) choose(made.id);
  });
}

/** Puts the words of the chosen language into everything marked with a key. */
function words(root) {
  for (const node of root.querySelectorAll("[data-t]")) setText(node, t(node.dataset.t));
  for (const node of root.querySelectorAll("[data-t-label]")) {
    const label = t(node.dataset.tLabel);
    node.setAttribute("aria-label", label);
    if (node.tagName === "BUTTON") node.title = label;
  }
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}

function speak(next) {
  language = next;
  memory.write("language", next ? "en" : "ru");
  document.documentElement.lang = next ? "en" : "ru";
  document.title = t("title");
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String((button.dataset.language === "en") === Boolean(next)));
  words(document);
  connected(linkState);
  if (state) render();
}

function render() {
  renderTime();
  renderSellers();
  renderScript();
  renderCalls();
  renderBooks();
  tick();
}

buildTime();
buildPanel();
buildNewSeller();
for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language === "en" ? 1 : 0));
speak(language);
setInterval(tick, 250);
setInterval(() => { if (linkState !== "online" || performance.now() - lastAsked > SILENCE_MS) refreshSoon(); }, 2000);
refresh();
listen();
