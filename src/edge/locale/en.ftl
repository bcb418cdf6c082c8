# The operator's page in English. Both files have the same texts.

lang-name = English
skip = To the content
nav = Sections
nav-now = Now
nav-orders = Orders
nav-jobs = Videos
nav-users = Sellers
nav-acts = Trail
search-label = Search
search-hint = J17, order number, @name
search-go = Find
search-title = Search: { $q }
search-none = Nothing was found.
search-help = Search for a video's number or code (J17), an order's number, a seller's Telegram number or a part of their name, the provider's task.
search-unstored = { $code } is a message that could not be stored. Only the log knows of it: look for { $code } there.
signout = Sign out
signin-title = Operator's sign-in
signin-token = Operator's token
signin-go = Sign in
signin-hint = Where the token is, this command tells on the server:
signin-wrong = That is not the token. Copy all of it, without quotes.
signin-wait = Too many attempts. Try again in { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}.
live-lost = The connection is lost. The numbers below are old; trying again…
live-over = The session is over. Sign in once more.
zone-utc = Times on this page are UTC.
zone-local = Times are your browser's; charts are UTC.
all = Show all
back = Back
none = Nothing
yes = yes
no = no
pages = Pages
pages-newest = Newest
pages-older = Older
list-unseen = There may be others: { $n } rows were looked at, and no more.
of-user = Only of seller
of-all = show everybody's

trouble-title = That did not work
trouble-home = To the first page
trouble-404 = There is nothing here.
trouble-403 = The form is too old or comes from another page. Go back, reload the page and try again.
trouble-405 = This page is not opened that way.
trouble-413 = The form is too large.
trouble-415 = The form came in another shape than ours.
trouble-503 = The store does not answer now. Wait a little, and look what has changed before you repeat anything.
trouble-other = There is no answer. Have a look at the log.

unit-d = d
unit-h = h
unit-min = min
unit-s = s
unit-b = B
unit-kb = KB
unit-mb = MB
unit-gb = GB
credits = { $n ->
    [one] { $n } credit
   *[other] { $n } credits
}

alarm-fault = The disk does not take what is written:
alarm-updates = The loop that takes Telegram's messages hangs.
sales-open = Orders are taken
sales-closed = Orders are not taken
closed-room = There is little room on the disk. Make some, and sales open by themselves.
closed-pause = Sales are paused.
tile-queued = Queued
tile-running = Running
tile-failed = Failures in 24 h
tile-notes = Waiting to be sent
tile-orders = Orders so far
tile-users = Sellers
tile-oldest = longest: { $span }
tile-banned = shut out: { $n }
tile-all = videos: { $n }
now-live = Running now
now-live-none = Every video has ended.
now-failures = Failures of the last day
now-failures-none = Nothing has failed for a day.
now-day = The last 24 hours
now-month = The last 30 days
now-models = Models
now-keys = The provider's keys
now-keys-none = The provider has not answered yet.
now-house = Server
now-acts = What operators did
works = works
rests = rests
rests-until = until
rests-operator = an operator's choice
house-free = Room on the disk
house-file = Data file
house-schema = schema
house-backup = Backup
house-elsewhere = Copy elsewhere
house-backup-none = none yet
house-backup-failed = the last one failed
house-certificate = Certificate
house-certificate-none = the public door speaks no TLS
house-certificate-missing = none
house-certificate-left = { $n ->
    [one] { $n } day left
   *[other] { $n } days left
}
house-since = Running since
house-version = Version

chart-orders = Orders
chart-videos = Videos
chart-done = done
chart-failed = failed
chart-credits = Credits for sellers
chart-sold = sold and granted
chart-gifts = given
chart-burned = The provider's credits
chart-waits = Waiting for a video
chart-median = half waited up to
chart-p90 = 90 % waited up to
chart-newcomers = New sellers
chart-empty = Nothing yet
chart-table = The same numbers as a table
sum-orders = Orders
sum-done = Videos done
sum-failed = Failed
sum-sold = Credits sold and granted
sum-gifts = Given
sum-burned = Spent at the provider
sum-newcomers = New sellers
sum-median = Median wait

head-job = Video
head-order = Order
head-seller = Seller
head-placed = Ordered
head-stage = Stage
head-attempt = Attempt
head-model = Model
head-why = Why it failed
head-template = Template
head-videos = Videos
head-photo = Photo
head-number = Number
head-name = Name
head-available = Balance
head-held = Held
head-lang = Language
head-since = Since
head-state = State
head-step = Step of the chat
head-notes = Waiting to be sent
head-when = When
head-who = Who
head-what = What
head-amount = Credits
head-reason = Move
head-way = From → to
head-key = Key
head-credits = Credits
head-price = Price
head-task = The provider's task
head-script = Script written
head-due = Next step
head-ended = Ended
head-orders = Orders
head-done = Done
head-failed = Failed
head-sold = Sold and granted
head-gifts = Given
head-burned = At the provider
head-median = Median
head-p90 = 90 %

orders-none = There are no orders yet.
order-title = Order { $n }
order-jobs = Its videos
jobs-none = There are no such videos.
jobs-show = Which videos to show
users-show = Which sellers to show
show-all = All
show-live = Running
show-failed = Failed
show-done = Done
show-banned = Shut out
users-none = There are no such sellers.
job-title = Video J{ $n }
job-story = What happened
ledger = Moves of credits
ledger-none = Nothing has moved.
user-title = Seller { $n }
user-orders = Orders
user-banned = shut out
user-blocked = has blocked the bot
user-fine = in touch
user-banned-since = Shut out since
acts-none = Operators have not done anything yet.

stage-queued = queued
stage-preparing = preparing
stage-submitting = submitting
stage-rendering = rendering
stage-rendered = fetching
stage-done = done
stage-failed = failed
story-placed = Ordered; 1 credit is held.
story-attempt = Attempt { $n }:
no-more = What was ordered, and the attempts in detail, are no longer kept. Retired
story-failed = It failed, and the credit went back.
story-done = The video is made and handed to the seller.
story-queued = It waits for its turn or its next attempt.
story-preparing = Photo and script are being prepared.
story-submitting = The provider was asked and has not answered. It must not be asked again: one video would be paid for twice.
story-rendering = The provider is filming; we look whether it is ready.
story-rendered = The provider has the video, and we are fetching it.
kind-USER_VIOLATION = against the rules
kind-BILLING = no money at the provider
kind-RATE_LIMIT = too often
kind-TEMPORARY = passing trouble
kind-UNKNOWN = unknown trouble
kind-MODEL_OFF = model switched off
kind-BAD_PHOTO = unusable photo
kind-CANCELLED = cancelled by an operator
kind-OUTPUT_REFUSED = held back by the model itself
means-USER_VIOLATION = The provider did not take the photo or the text. It is not tried again: the credit goes back at once.
means-BILLING = The provider's account has run out of credits, or the key was refused. The key rests, and the seller's credit goes back at once.
means-RATE_LIMIT = The provider asks us not to hurry. While there are attempts left, it is tried again later, with another key.
means-TEMPORARY = Trouble at the provider or in the network. While there are attempts left, it is tried again later.
means-UNKNOWN = An answer that we do not know. It is not tried again: the credit goes back at once.
means-MODEL_OFF = The model is switched off or does not exist. The next one of the chain is used; no attempt is lost.
means-BAD_PHOTO = It is no picture, or its size does not fit. The credit goes back.
means-CANCELLED = An operator ended this video. The credit went back.
means-OUTPUT_REFUSED = The model made a video and its own filter held it back. It is tried again; then the credit goes back.
source-telegram = Telegram
source-gpt = the script's author
source-kie = the video provider
source-shop = ourselves
reason-welcome = welcome gift
reason-hold = held for a video
reason-capture = paid for a video
reason-release = given back
reason-grant = granted by an operator
account-available = balance
account-held = held
account-gifts = gifts
account-sales = sales
account-grants = grants
account-revenue = revenue
template-ugc = UGC
template-ad = advert
template-self = own prompt
photo-wanted = not fetched yet
photo-ready = there
photo-refused = unusable
step-menu = menu
step-photo = awaits the photo
step-text = awaits the text
step-template = chooses a template
step-prompt = writes a prompt
step-wishes = writes wishes
step-count = chooses how many
step-confirm = confirms

who-page = page
act-grant = { $n ->
    [one] gave { $n } credit to seller
   *[other] gave { $n } credits to seller
}
act-take = { $n ->
    [one] took { $n } credit from seller
   *[other] took { $n } credits from seller
}
act-ban = shut out seller
act-unban = let in seller
act-hurry = hurried video
act-reorder = ordered again video
act-cancel = cancelled video
act-refund = gave back the credit of video
act-rest-key = gave a rest to key
act-wake-key = uses again key
act-rest-model = gave a rest to model
act-wake-model = uses again model
act-pause = paused sales
act-resume = opened sales
act-broadcast = began broadcast { $n }
act-stop = stopped broadcast { $n }
act-broadcast-ended = broadcast { $n } ended: { $delivered } delivered, { $blocked } have blocked the bot, { $failed } failed

field-credits = Credits
field-why = Reason
field-hours = Hours
do-grant = Grant…
do-ban = Shut out…
do-unban = Let in…
do-refund = Give the credit back…
do-hurry = Try now…
do-reorder = Order again…
do-cancel = Cancel the video…
do-pause = Pause sales…
do-resume = Open sales…
do-rest = Give a rest…
do-wake = Use again…
hint-grant = A negative number takes credits back. You are asked once more before anything moves.
hint-ban = The bot takes nothing more from this seller. What was ordered is finished.
hint-refund = For a video that is done but no good.
hint-reorder = A new order with the same answers, for the credit that came back to the seller.
hint-cancel = The video ends without a result, and its credit goes back.
hint-pause = No new orders are taken; what has begun is finished.

refused-amount = Credits are a whole number, not zero, and 100,000 at most.
refused-reason = Write a reason: one line of up to 200 letters.
refused-hours = Hours are a whole number from 1 to 720.
refused-foreign = This form is none of ours. Go back and try again.
mend-title = Mend the form
confirm-title = Are you sure?
confirm-no = Don't
confirm-balance = Balance:
confirm-seen = They last wrote
confirm-grant = { $n ->
    [one] { $n } credit goes
   *[other] { $n } credits go
} to seller { $who }. The bot tells them.
confirm-take = { $n ->
    [one] { $n } credit is
   *[other] { $n } credits are
} taken from seller { $who }.
confirm-ban = Seller { $who } is shut out: the bot takes no more orders of theirs. { $n ->
    [0] Nothing of theirs is being made now.
    [one] { $n } video is finished and delivered.
   *[other] { $n } videos are finished and delivered.
}
confirm-unban = Seller { $who } is let in and may order again.
confirm-refund = 1 credit for video J{ $job } goes back to seller { $who }, who keeps the video. If it was given back before, nothing changes.
confirm-cancel = Video J{ $job } ends without a result, and 1 credit goes back to seller { $who }. If the provider is filming already, its credits are spent.
confirm-reorder = Video J{ $job } is ordered again as a new order with the same answers, for 1 credit of seller { $who }.
confirm-hurry = Video J{ $job } does not wait any more: its next step is done at once.
confirm-pause = Orders are not taken any more; sellers see that sales are closed. { $n ->
    [0] Nothing is being made now.
    [one] { $n } video that has begun is finished.
   *[other] { $n } videos that have begun are finished.
}
confirm-resume = Orders are taken again.
confirm-rest = { $name } is not used for { $n ->
    [one] { $n } hour
   *[other] { $n } hours
},
confirm-wake = { $name } is used again.
sure-grant = Grant
sure-take = Take
sure-ban = Shut out
sure-unban = Let in
sure-refund = Give the credit back
sure-hurry = Try
sure-reorder = Order again
sure-cancel = Cancel the video
sure-pause = Pause sales
sure-resume = Open sales
sure-rest = Give a rest
sure-wake = Use again

told-grant = Done. The balance is { $n } now.
told-take = { told-grant }
told-refund = { told-grant }
told-grant-before = That had been done before. The balance is { $n }.
told-hurry = Done: the video does not wait any more.
told-reorder = Done: it is order { $order } now.
refused-already = It is so already.
told-ban = The seller is shut out.
told-unban = The seller is let in.
told-cancel = The video is cancelled, and its credit went back.
told-pause = Sales are paused.
told-resume = Sales are open.
told-rest = It rests.
told-wake = It is used again.

refused-not-whom = Nobody is found by that: a @name or a Telegram number is needed.
refused-key = A key has 1 to 64 characters and no colon: those with one the program makes itself.
refused-need-text = A text is needed here.
refused-need-button = A button is needed here. Changed your mind? /cancel
refused-on-its-way = A broadcast is on its way already: wait for its end, or stop it.
refused-chat-only = Broadcasts are written in the chat with the bot: /broadcast.
refused-no-user = There is no seller { $who }: they must write /start to the bot first.
refused-ambiguous = The name { $name } may have passed on to somebody else, choose a number: { $people }.
refused-ambiguous-has = { $user } has it now, last wrote { $seen } UTC
refused-ambiguous-had = { $user } had it before, last wrote { $seen } UTC
refused-used = The key { $key } was used before, for seller { $user } and { $n } credits. Nothing was changed; another grant needs another key.
refused-too-much = Seller { $user } has only { $n ->
    [one] { $n } credit
   *[other] { $n } credits
}.
refused-full = Seller { $user } has a balance of { $n }, and an account can hold no more.
refused-no-order = There is no order { $order }.
refused-no-job = There is no video J{ $job }.
refused-live = Video J{ $job } has not ended. Cancel it, and its credit goes back.
refused-done = Video J{ $job } is done. Its credit can be given back.
refused-retired = Video J{ $job } failed so long ago that what was ordered is no longer kept: the seller must order anew.
refused-failed = Video J{ $job } has failed, and its credit went back then.
refused-repaid = The credit for video J{ $job } was given back before.
refused-reordered = Video J{ $job } was ordered again before: order { $order }.
refused-operator = { $user } is an operator. Take them out of admin_ids first.
refused-asked = The provider was asked for video J{ $job } and has not answered. Asking again might pay twice. It settles by itself within generation_deadline; cancelling ends it at once.
refused-waits = Video J{ $job } waits for nothing but its turn.
refused-poor = The seller of video J{ $job } has no credit for another try. Grant one first.
refused-no-key = The configuration has no key { $key }: see `keys list`.
refused-many-keys = Several keys begin with { $key }: write more of it.
refused-no-model = The chain has no model { $name }; it has { $chain }.
refused-no-config = Without a configuration nobody knows the keys and models.
refused-not-backed-up = No backup was made: { $why }
refused-mistakes =
    Nothing was taken, all goes on as before:
    { $mistakes }
refused-no-daemon = No daemon runs.
