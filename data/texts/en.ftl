# The bot's texts. Change them freely: put the changed file into texts/ of the data directory and restart.
# Every message of this file must stay; variables in { } are filled in.

# --- Buttons ----------------------------------------------------------------
button-make = 🎬 Make a Reel
button-cabinet = 👤 My account
button-support = 🆘 Support
button-topup = 💳 Top up
button-menu = 🏠 Menu
button-again = 🔁 Once more
button-self = 🧑‍💻 My own prompt
button-confirm = ✅ Yes, start
button-cancel = ❌ Cancel
button-write-support = ✍️ Write to support
button-download = ⬇️ Download the video
button-count = { $count ->
    [1] 1️⃣ 1 video (1 credit)
    [3] 3️⃣ 3 videos (3 credits)
   *[5] 5️⃣ 5 videos (5 credits)
}

# --- Menu -------------------------------------------------------------------
welcome =
    👋 Hi! I turn product photos into Reels.

    Send a photo, answer four questions, and in a few minutes you have a vertical video.

    Your balance: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }. 1 video = 1 credit.
menu =
    🏠 Main menu

    What shall we make?
cabinet =
    👤 My account

    Balance: { $balance ->
        [one] { $balance } credit
       *[other] { $balance } credits
    }
    1 video = 1 credit
support =
    🆘 Support

    Something went wrong, or a question? Write to us: @{ $support }
topup =
    💳 Top up

    { $packages }

    To top up, write to support: @{ $support }
help =
    I turn a product photo into a short vertical video for Reels.

    How it works:
    1. Send a photo of the product (no people in the frame)
    2. Describe the product in one message
    3. Pick a template or paste your own prompt
    4. Add wishes, if you have any
    5. Pick how many videos you want: 1, 3 or 5
    6. Confirm, and wait for the result

    If a video does not work out, the credit comes back by itself.

    /menu — main menu
    /cancel — cancel and start over
    /help — this help

    Questions: @{ $support }
banned =
    🚫 You have no access to this bot.

    If that is a mistake, write to support: @{ $support }
group = I only work in private messages. Open a chat with me and press /start 🙂

# --- The six steps ----------------------------------------------------------
ask-photo = Send a photo of the product (no people in the frame)
ask-text = Describe the product in one message
ask-template = 🎛 Pick a template:
ask-prompt = Paste your own prompt for Sora/KIE in one message
ask-wishes = ✨ Any extra wishes? If not, send “-”
ask-count = 🎬 How many videos do you want?
ask-confirm =
    🎬 Ready to start?

    Videos: { $count }
    Cost: { $cost ->
        [one] { $cost } credit
       *[other] { $cost } credits
    }
    Current balance: { $balance }

    ⏱ This takes 1 to 30 minutes

    Shall we start?
too-few =
    😔 Not enough credits

    Needed: { $need ->
        [one] { $need } credit
       *[other] { $need } credits
    }
    Current balance: { $balance }

    { $affordable ->
        [0] Top up to go on.
       *[other] Top up, or pick fewer videos.
    }
accepted =
    ✅ Got it!

    🎬 { $count ->
        [one] { $count } video is on its way!
       *[other] { $count } videos are on their way!
    }

    ⏱ Please wait: this can take 1 to 30 minutes

    I will send the results here as they come.
album-first = 📎 Several photos. I take the first of the album, one is enough.

# --- Hints ------------------------------------------------------------------
hint-need-photo = 🙂 I need a photo now.
hint-need-text = 🙂 I need a text now, in one message.
hint-need-button = 👇 Pick one with a button.
hint-empty-text = 🙂 There is no text in that message.
hint-too-long = ✂️ Too long: 4096 characters at most.
hint-have-photo = 📸 I have a photo already. Want another one? Press /cancel and start over.
hint-photo-replaced = 📸 I took this photo instead of the one before.
hint-caption-taken = 📸 Got the photo, and the description from its caption.
hint-plain-text = 🙂 I can't read this kind of message. Send it as plain text.
hint-not-a-picture = 🙂 I cannot open this file. Send it as a photo, not as a file; as a file JPEG, PNG or WebP will do.
hint-file-too-big = 📦 The file is over 20 MB, Telegram will not give it to me. Send it as a photo or make it smaller.
hint-photo-too-small = 🔍 The photo is too small: at least 300 pixels on each side.
hint-photo-too-large = 🐘 The photo has more than 220 megapixels. Send it as a photo, not as a file, or make it smaller.
hint-template-gone = 🎛 This template is no longer there.
hint-photo-broken = 🧩 The file is damaged or did not arrive whole. Send the photo again, better not as a file.
hint-edit-ignored = ✏️ I do not see edits. Send it as a new message.
hint-old-button = 🕰 That button no longer works.
hint-order-gone = 🕰 That order was long ago, and I no longer keep it. Send a photo and we will make a new one.
hint-unknown-command = 🙂 I do not know this command. There are /menu, /cancel and /help.
hint-not-understood = 🙂 I did not get that. Start with a button below.
hint-cancelled = 👌 Cancelled. Your credits are untouched.
hint-nothing-to-cancel = 👌 Nothing to cancel.
hint-same-again = 🔁 Everything as last time. Only the number is left to pick.
hint-paused =
    ⏸ New orders are on hold for now.

    No credits were taken, and your order is filled in — press “Yes, start” a little later.
hint-paused-early = ⏸ New orders are on hold for now. You can fill yours in already: credits are taken only when you start it.
hint-no-room =
    ⏸ No new orders right now: the server is running out of room.

    No credits were taken, and your order is filled in — press “Yes, start” a little later.

# --- Answers to presses (200 characters at most) ----------------------------
toast-stale = This button no longer works. Open the menu: /menu
toast-already = Already picked 👌
toast-launched = Already started ✅
toast-stopping = Stopping the broadcast ⏹

# --- When nothing can be saved ----------------------------------------------
outage =
    ⏸ I cannot save anything right now: the server has a problem.

    No credits were taken. Please repeat this in a few minutes.

# --- How an order fares -----------------------------------------------------
status-running = 🎬 Generation started...
status-over = 🏁 Generation finished: { $done } of { $count } ready
status-line = Video { $number } — { $state }
state-queued = ⏳ in the queue
state-retrying = 🔄 will be tried again
state-preparing = ✍️ being prepared
state-rendering-by = 🎥 filmed by { $model }
state-rendered = 📥 fetching the video
state-done = ✅ ready
state-failed = ↩️ did not work out, credit returned
state-code = { $state } · code { $code }

# --- Results ----------------------------------------------------------------
video = ✅ Your video is ready!
video-late =
    🎁 The video is ready after all!

    We had already given its credit back, so it is a gift.
video-note = { $number } of { $count } · { $model }
video-link =
    This video comes as a link. Download it within a day.
retrying =
    ⚠️ A temporary error

    We will try again automatically.
    If it does not work out, the credit comes back.
the-model = the model
refund-user-violation =
    ⚠️ This breaks the rules of { $model }

    Please check the requirements for:
    • the photo (most often it is the photo)
    • the prompt

    1 credit is back on your balance ✅
refund-billing =
    ⚠️ Temporary technical trouble

    Please contact support: @{ $support }

    1 credit is back on your balance ✅
refund-rate-limit =
    ⏳ The service is overloaded right now

    Please try again in a few minutes.

    1 credit is back on your balance ✅
refund-temporary =
    ❌ The video did not work out

    1 credit is back ✅
refund-unknown =
    ❌ The video did not work out

    1 credit is back ✅
refund-bad-photo =
    🖼 I could not open the photo

    Send it as a photo, not as a file, or send another one: JPEG, PNG or WebP, at least 300 pixels on each side and at most 220 megapixels.

    1 credit is back on your balance ✅
refund-cancelled =
    ↩️ The video was cancelled

    1 credit is back on your balance ✅
refund-output =
    ❌ It did not work out: { $model } made a video and then held it back itself

    That happens because of the sound or a chance likeness. Your photo is fine: you can try again, or change the description a little.
undelivered =
    😔 The video is ready, but Telegram has not taken it for a day

    1 credit is back on your balance ✅
reference = Code: { $code }
reference-support = Code: { $code }. If you need help, send it to support.
granted =
    🎁 Your balance has grown: +{ $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    Current balance: { $balance }
taken-back =
    ℹ️ Taken from your balance: { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    Current balance: { $balance }

# --- To the operator --------------------------------------------------------
alert-billing =
    🚨 { $source } refuses: a matter of payment or of the key.

    Check its balance and keys. Sellers got their credits back.
alert-billing-key =
    🚨 { $source } refuses: a matter of payment or of the key { $key }.

    The key rests for 24 hours. Check its balance and keys. Sellers got their credits back.
alert-billing-over = ✅ { $source } works again.
alert-no-models =
    🚨 Every model rests: orders fail and credits go back.

    Add a live model to `models` and restart the bot.
alert-model-off =
    🚨 The provider has switched off { $model }.

    It rests for 24 hours; orders go on with the next model.
alert-model-off-last =
    🚨 The provider has switched off { $model }, and it was the last one.

    Orders fail and credits go back. Add a live model to `models`.
alert-model-back = ✅ { $model } answers again.
alert-all-keys-rest = ⚠️ All KIE keys rest. Using the first one; some videos may fail.
alert-keys-awake = ✅ KIE keys work again.
alert-panic = 🚨 Job { $job } crashed. The credit is back; see the log.
alert-no-room =
    🚨 { $free } MB are left on the disk.

    New orders are refused, running ones go on. Make room, and sales open by themselves.
alert-room-back = ✅ There is room on the disk; orders are taken again.
alert-unwritable =
    🚨 Nothing can be written to the disk: { $why }

    Sellers are told that nothing can be saved right now. I go on by myself once it works.
alert-writable = ✅ The disk can be written again.
alert-breach =
    🚨 The books do not balance: { $breaches ->
        [one] { $breaches } breach
       *[other] { $breaches } breaches
    }. The first: { $first }

    Stop the bot, keep the database file and look at `neurocards audit`.
alert-books-fine = ✅ The books balance again.
alert-certificate-none =
    🚨 There is no valid certificate for { $host }: { $why }.

    Until there is one, nobody can call us there: neither Telegram nor KIE. The bot keeps trying; the log tells more.
alert-certificate-ends =
    ⚠️ The certificate of { $host } { $days ->
        [0] ends within a day
        [one] ends in { $days } day
       *[other] ends in { $days } days
    }: { $why }.

    After that neither Telegram nor KIE can call us. The bot keeps trying; the log tells more.
alert-certificate-back = ✅ { $host } has a new certificate.
alert-certificate-unkept =
    ⚠️ The certificate of { $host } has come and is in use, but the disk does not take its file.

    After a restart it would have to be ordered anew, and the certificate authority does not give them without end. Look at the room on the disk and at who may write to the data directory: I try again every five minutes.
alert-certificate-kept = ✅ The certificate of { $host } is kept.
alert-backup-fails =
    🚨 No backup was made: { $why }

    { $newest } I try again by myself.
alert-backup-late =
    🚨 A backup is overdue, and the log may tell why.

    { $newest }
alert-backup-back = ✅ Backups are made again.
alert-copy-fails =
    ⚠️ The backup did not reach its storage: { $why }

    { $newest } It is safe on this machine, and I try again by myself.
alert-copy-back = ✅ Backups reach their storage again.
alert-key-rests =
    ⚠️ KIE's key { $key } ran into the request limit and rests for { $minutes } min.

    Videos go on with the other keys, if there are any.
alert-key-back = ✅ KIE's key { $key } works again.
alert-credits-low =
    ⚠️ KIE's account runs low, credits: { $left }.

    Top up before videos stop.
alert-credits-back = ✅ KIE's account is topped up, credits: { $left }.
alert-failing =
    🚨 In the last hour { $failed } of { $ended } videos failed.

    Sellers have their credits back. `neurocards jobs list --failed` shows why.
alert-failing-over = ✅ Videos succeed again.
alert-queue-late =
    ⚠️ A video has waited { $minutes } min for its turn.

    Every place at the provider seems taken, or it does not answer. `neurocards status` shows what goes on.
alert-queue-moves = ✅ The queue moves again.
alert-unsent =
    ⚠️ A message has waited { $minutes } min to be sent; chats that wait: { $waiting }.

    Telegram does not seem to answer, or is too slow. Nothing is lost: I send it as soon as I can.
alert-sent-again = ✅ Messages are sent again.
alert-undelivered =
    🚨 For a day Telegram has not taken the finished video { $job }, neither as a file nor as a link.

    The seller has the credit back; the log tells more.
alert-rival =
    ⚠️ Somebody else with the same token takes this bot's messages.

    Stop the second one. If it is not yours, get a new token from @BotFather.
alert-rival-gone = ✅ Nobody else takes the bot's messages any more.
alert-restarted =
    ⚠️ The bot did not stop in good order last time and was started again.

    That run began { $before } UTC. Orders and credits are all there; the log may tell why.
alert-unwritten =
    ⚠️ GPT wrote no script: { $why }.

    The video is made all the same, with the script from the template. Nobody's credit is lost.
alert-answers-changed =
    🚨 The provider's answers have changed: task { $job } ({ $model }) cannot be read.

    What shows: { $shape }

    It is not ordered again, for it is paid. I keep looking; after half an hour the credit goes back, and if the video comes later it is sent as a gift. The program probably needs an update.
alert-answers-fine = ✅ The provider's answers are understood again: { $model }.
alert-no-result =
    ⚠️ The provider says that video { $job } is ready, but { $why }.

    The credit is back. The provider has probably been paid: you can ask it for a refund.
result-nameless = it names no address
result-gone = there is nothing at its address
result-no-video = what lies there is no video
result-not-whole = what lies there is only a part of a file
result-forbidden = its address is none of the public internet, and the bot does not go there
alert-late-video =
    ⚠️ Video { $job } came when its credit had already gone back.

    It was given away. If this happens again, the provider is slower than generation_deadline.
alert-doubled =
    ⚠️ The provider was paid twice for video { $job }: it has two tasks.

    The seller gets the first that is ready, and one credit is spent.
alert-strange =
    ❓ KIE says something I do not know (code { $code }):

    { $text }

    For now it is an unknown failure: the credit goes back, there is no second try. If you know what it means, add a row with the right "means" to failures.toml and run neurocards reload:

    { $row }
alert-strange-request =
    ❓ KIE calls our request wrong (code { $code }):

    { $text }

    Credits go back. The model's fields may have changed: compare models.toml with KIE's documentation.
alert-strange-over = ✅ I know now what this means: { $text }
alert-clock-back =
    ⚠️ The server's clock was set back by { $minutes } min.

    Orders and messages go on as before: the bot counts time by itself and adapts little by little. If the clock is right now, a restart takes it over at once; if not, look at NTP.
alert-clock-ahead =
    ⚠️ The server's clock was set ahead by { $minutes } min.

    Orders and messages go on as before: the bot counts time by itself and adapts little by little. If the clock is right now, a restart takes it over at once; if not, look at NTP.
alert-clock-fine = ✅ The bot's time and the server's clock agree again.
alert-part-fails =
    ⚠️ Not working: { $part }.

    Why: { $why }. Everything else works, and this is tried again by itself; the log has the details.
alert-part-works = ✅ Working again: { $part }.
part-updates = taking messages in
part-workers = making videos
part-sender = sending messages
part-broadcasts = broadcasts
part-janitor = tidying up old data
part-guard = the checks of room, books and clock
part-watch = watching the queue
part-backups = backups
part-certificates = the certificate
part-reloads = reading the configuration again
part-control = the command line
alert-held = Held back meanwhile, of the same: { $held }.
backup-newest = { $hours ->
    [0] The newest one is less than an hour old.
    [one] The newest one is { $hours } hour old.
   *[other] The newest one is { $hours } hours old.
}
backup-none = There is none yet.
certificate-silent = the certificate authority does not answer
certificate-unseen = the certificate authority cannot reach this machine (is the name's address right, and is port 443 or 80 open?)
certificate-limited = the certificate authority takes no more requests for now
certificate-account = the certificate authority does not take our account
certificate-refused = the certificate authority refuses
certificate-files = there is no newer one in cert_file and key_file
certificate-machine = the new one cannot be made or kept on this machine
unwritten-unfound = the address or the model is wrong (see `gpt.api_url` and `gpt.model`; `neurocards check` tells which)
unwritten-forbidden = it refuses to work for us, by its terms or for this server's country (it is not about money)
unwritten-request = it does not take our request (do `gpt.model`, `gpt.vision` and `gpt.max_tokens` fit each other?)
unwritten-budget = `gpt.max_tokens` is too small for this model, it had used it up before it wrote anything
unwritten-senseless = asked twice, it answered with nothing, half a sentence or a question

# --- To an operator: commands -------------------------------------------------
desk-guide =
    🛠 Operator's commands

    /queue_stats — the queue and how things are
    /stats — orders, videos and credits of a day, a week, a month
    /user @name — a seller's card
    /grant @name 5 for a payment — give credits, with a minus take them back
    /job J17 — what became of a video
    /keys — KIE's keys and models
    /pause reason — take no orders
    /resume — take them again
    /broadcast — a letter to many sellers
    /cancel — drop what was begun

    A Telegram number does instead of @name. Whatever changes money I ask about twice and write into the trail.
desk-usage-user = 👤 Write it so: /user @name or /user 123456789
desk-usage-job = 🎬 Write it so: /job J17 — the number is in the seller's message and on their card.
desk-usage-stats = 📊 Write it so: /stats, /stats week or /stats month
desk-person = @{ $name } ({ $number })
desk-person-seen = { $person }, last wrote { $seen } UTC
desk-refused = ✋ Nothing was changed. { $why }
desk-unusable = 🤔 { $why }
desk-dropped = 👌 Dropped, nothing was changed.
desk-late = ⌛️ More than 15 minutes have passed, and I forgot what we had begun. Nothing was changed. If this was for an order, send it again.
desk-ask-user = 👤 To whom? Write @name or a Telegram number.
desk-ask-credits =
    💳 How many credits? Write a number, with a minus to take back.

    Seller: { $person }
    Balance: { $balance }
desk-ask-why = ✍️ Write the reason in one message: it stays in the trail.
desk-because = Reason: { $why }
desk-sure = Do it?
desk-grant =
    🎁 Give { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    To: { $person }
    Balance: { $balance } → { $after }
desk-take =
    ➖ Take back { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    From: { $person }
    Balance: { $balance } → { $after }
desk-refund =
    ↩️ Give the credit of video { $job } back

    To: { $person }
    Balance: { $balance } → { $after }
desk-cancel =
    ✖️ Cancel video { $job }, its credit goes back

    Seller: { $person }
    Balance: { $balance } → { $after }
    If KIE is filming already, its work is paid for all the same.
desk-reorder =
    🔁 Order video { $job } once more, with the same answers

    Seller: { $person }
    Balance: { $balance } → { $after }
desk-hurry =
    ⏩ Do not wait and try video { $job } right now

    Seller: { $person }
desk-ban =
    🚫 Shut out: { $person }

    Orders that were begun are finished, new ones are not taken.
desk-unban = 🔓 Let in again: { $person }
desk-pause =
    ⏸ Take no orders

    Videos that were begun are finished, sellers keep their credits.
desk-resume = ▶️ Take orders again
desk-grant-done =
    ✅ Given: { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    To: { $person }
    Balance: { $balance }
desk-take-done =
    ✅ Taken back: { $credits ->
        [one] { $credits } credit
       *[other] { $credits } credits
    }

    From: { $person }
    Balance: { $balance }
desk-refund-done =
    ✅ The credit of video { $job } is given back

    To: { $person }
    Balance: { $balance }
desk-cancel-done =
    ✅ Video { $job } is cancelled, its credit is back

    Seller: { $person }
    Balance: { $balance }
desk-reorder-done =
    ✅ Video { $job } is ordered once more: order { $order }

    Seller: { $person }
    Balance: { $balance }
desk-hurry-done = ⏩ Trying video { $job } right now.
desk-ban-done = ✅ Shut out: { $person }
desk-unban-done = ✅ Let in again: { $person }
desk-pause-done = ⏸ No orders are taken any more. To take them again: /resume
desk-resume-done = ▶️ Orders are taken again.
button-desk-yes = ✅ Yes, do it
button-desk-card = 👤 Card
button-desk-refresh = 🔄 Refresh
button-desk-keys = 🔑 Keys
button-desk-queue = 📋 Queue
button-desk-grant = 🎁 Give credits
button-desk-refunds = ↩️ Pay back
button-desk-refund = ↩️ Pay back
button-desk-refund-of = ↩️ { $job } · { $at }
button-desk-history = 📒 History
button-desk-ban = 🚫 Shut out
button-desk-unban = 🔓 Let in
button-desk-newest = ⏮ Newest
button-desk-older = ➡️ Older
button-desk-seller = 👤 Seller
button-desk-cancel = ✖️ Cancel
button-desk-hurry = ⏩ Do not wait
button-desk-reorder = 🔁 Order once more
report-none = 🤔 There is nothing to show.
span-seconds = { $large } s
span-minutes = { $large } min
span-hours = { $large } h { $small } min
span-days = { $large } d { $small } h
stage-queued = ⏳ waits
stage-preparing = ✍️ being prepared
stage-submitting = 📤 sent to KIE
stage-rendering = 🎥 being filmed
stage-rendered = 📥 being fetched
stage-done = ✅ ready
stage-failed = ❌ failed
entry-welcome = a gift for a newcomer
entry-hold = an order
entry-capture = the video is ready
entry-release = it failed, the credit is back
entry-grant = an operator
queue-head = 📋 The queue at { $at } UTC
queue-open = 🟢 Orders are taken
queue-paused = ⏸ No orders are taken: a pause
queue-no-room = 🔴 No orders are taken: the disk is nearly full
queue-places = Being made: { $places } of { $most }
queue-stage = • { $stage }: { $count }
queue-empty = No videos are being made.
queue-oldest = The first in line has waited { $span }
queue-no-chats = ✉️ No messages wait
queue-chats = ✉️ Chats that wait for a message: { $chats }, the first for { $span }
queue-awake = 🔑 All keys and models are at work
queue-resting = 😴 At rest:
queue-rest = • { $name } until { $until } — { $why }
queue-disk = Version { $version }, up for { $span }. The file has { $file } MB, the disk { $free } MB free.
queue-fault = 🚨 The disk cannot be written: { $why }
keys-head = 🔑 KIE's keys
keys-credits = KIE credits: { $credits }
keys-unknown = nobody knows what is left ({ $why })
keys-cost = { $credits } KIE credits a clip
keys-rests = rests until { $until } ({ $why })
models-head = 🎥 Models in order
card-head = 👤 { $person }
card-balance = Balance: { $balance }, held by orders: { $held }
card-since = With us since { $since } UTC, language { $lang }
card-banned = 🚫 Shut out { $since }: { $why }
card-unreachable = 📵 Has blocked the bot: messages do not arrive
card-notes = ✉️ Waiting for them: { $notes }
card-videos = Newest videos:
card-no-videos = Has ordered nothing yet.
history-head = 📒 History: { $person }
history-empty = There are no entries.
history-unseen = There may be older ones: { $looked } entries were looked at, and no more.
refunds-head = ↩️ Pay back: { $person }
refunds-choose = Which video? Failed ones were paid back by themselves.
refunds-empty = There are no finished videos. Failed ones were paid back by themselves.
job-head = 🎬 Video { $job } — { $stage }
job-failure = Why: { $why }
job-seller = Seller: { $person }
job-order = Order { $order } of { $at } UTC
job-retired = The order itself is no longer kept since { $at } UTC.
job-ended = Ended { $at } UTC, after { $span }
job-attempt = Attempts: { $attempt }
job-due = The next step in { $span }
job-model = Model: { $model }
job-key = Key: { $key }
job-task = KIE's task: { $task }
job-missed = Failed attempts:
job-entries = Credits:
button-desk-day = 📅 Day
button-desk-week = 📅 Week
button-desk-month = 📅 Month
stats-day = of 24 hours
stats-week = of 7 days
stats-month = of 30 days
stats-head = 📊 Statistics { $span }: { $from } – { $until } UTC
stats-orders = Orders: { $orders }, videos in them: { $ordered }. New sellers: { $newcomers }
stats-videos = { $any ->
    [0] Ready: { $done }, failed: { $failed }
   *[other] Ready: { $done }, failed: { $failed } — { $share } % went well
}
stats-waits = ⏱ Half of the videos were ready in { $median }, nine of ten in { $p90 }
stats-credits = 💳 Credits: { $sold } sold, { $granted } granted, { $gifts } given to newcomers, { $taken } taken back
stats-spent = Earned by videos: { $earned }, given back for failures: { $released }
stats-burned = Spent at KIE: { $burned } of its credits
stats-models = Models:
stats-no-model = got no model
stats-templates = Templates:
stats-group = • { $title }: { $done } of { $all } ({ $share } %)
stats-failures = Why videos failed: { $kinds }
chart-empty = nothing so far
chart-videos = Videos
chart-done = ready
chart-failed = failed
chart-credits = Credits for sellers
chart-given = sold and granted
chart-gifts = given to newcomers
chart-waits = How long a finished video took
chart-median = half of them
chart-p90 = nine of ten
unit-second = s
unit-minute = min
unit-hour = h
desk-ask-letter =
    📣 Broadcast

    Send the text in one message. Bold, italic and links are kept. Pictures are not sent yet.
desk-preview = 👀 This is what sellers will see. If you do not like it, send another text.
desk-sent = 🏁 The broadcast is over: { $delivered } delivered, { $blocked } have blocked the bot, { $failed } failed.
desk-sent-stopped = ⏹ The broadcast was stopped: { $delivered } delivered, { $blocked } have blocked the bot, { $failed } failed.
letter-segments = 👥 To whom?
letter-launch =
    📣 Send the broadcast?

    To: { $segment }
    Receivers: { $count }
    It takes { $span } at least. Sellers who are writing to the bot are not held up.
segment-all = 👥 Everybody
segment-ru = 🇷🇺 Who writes in Russian
segment-en = 🇬🇧 Who writes in English
segment-ordered = 🎬 Who has ever ordered
segment-recent = 🔥 Who has ordered in 30 days
segment-never = 🌱 Who has never ordered
segment-me = 🧪 Only me, to try it
button-desk-send = 📣 Send: { $count }
button-desk-stop = ⏹ Stop the broadcast
progress-running = 📣 The broadcast is on its way
progress-stopping = ⏹ Stopping the broadcast
progress-done = 🏁 The broadcast is over
progress-stopped = ⏹ The broadcast was stopped
progress-counts =
    Sent { $dealt } of { $total }
    Delivered: { $delivered }
    Have blocked the bot: { $blocked }
    Failed: { $failed }

# --- The bot's profile ------------------------------------------------------
command-start = Start
command-menu = Main menu
command-cancel = Cancel and start over
command-help = How it works
command-queue-stats = The queue and how things are
command-stats = Orders, videos, credits
command-user = A seller's card
command-grant = Give credits
command-job = What became of a video
command-keys = KIE's keys and models
command-pause = Take no orders
command-resume = Take orders again
command-broadcast = A letter to sellers
command-admin = Operator's commands
description = Send a product photo and get a short vertical video for Reels. AI writes the script and films it. The first videos are free.
short-description = Product photo → a video for Reels
