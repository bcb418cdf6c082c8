# Тексты бота. Менять можно: положи изменённый файл в texts/ каталога данных и перезапусти бота.
# Каждое сообщение из этого файла должно остаться; переменные в { } подставляются.

# --- Кнопки -----------------------------------------------------------------
button-make = 🎬 Сделать Reels
button-cabinet = 👤 Личный кабинет
button-support = 🆘 Поддержка
button-topup = 💳 Пополнить баланс
button-menu = 🏠 Меню
button-again = 🔁 Ещё раз
button-self = 🧑‍💻 Свой промпт
button-confirm = ✅ Да, запустить
button-cancel = ❌ Отмена
button-write-support = ✍️ Написать в поддержку
button-download = ⬇️ Скачать видео
button-count = { $count ->
    [1] 1️⃣ 1 видео (1 кредит)
    [3] 3️⃣ 3 видео (3 кредита)
   *[5] 5️⃣ 5 видео (5 кредитов)
}

# --- Меню -------------------------------------------------------------------
welcome =
    👋 Привет! Я делаю Reels из фото товара.

    Пришли фото, ответь на четыре вопроса — и через несколько минут получишь готовое вертикальное видео.

    На балансе: { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }. 1 видео = 1 кредит.
menu =
    🏠 Главное меню

    Что делаем?
cabinet =
    👤 Личный кабинет

    Баланс: { $balance ->
        [one] { $balance } кредит
        [few] { $balance } кредита
       *[many] { $balance } кредитов
    }
    1 видео = 1 кредит
support =
    🆘 Поддержка

    Что-то пошло не так или есть вопрос? Напиши нам: @{ $support }
topup =
    💳 Пополнение баланса

    { $packages }

    Чтобы пополнить, напиши в поддержку: @{ $support }
help =
    Я превращаю фото товара в короткое вертикальное видео для Reels.

    Как это работает:
    1. Пришли фото товара (без людей в кадре)
    2. Опиши товар одним сообщением
    3. Выбери шаблон или вставь свой промпт
    4. Добавь пожелания, если есть
    5. Выбери, сколько видео нужно: 1, 3 или 5
    6. Подтверди — и жди результат

    Если видео не получится, кредит вернётся сам.

    /menu — главное меню
    /cancel — отменить и начать заново
    /help — эта подсказка

    Вопросы: @{ $support }
banned =
    🚫 Доступ к боту закрыт.

    Если это ошибка, напиши в поддержку: @{ $support }
group = Я работаю только в личных сообщениях. Открой чат со мной и нажми /start 🙂

# --- Шесть шагов ------------------------------------------------------------
ask-photo = Пришли фото товара (без людей в кадре)
ask-text = Напиши информацию о товаре одним сообщением
ask-template = 🎛 Выбери шаблон:
ask-prompt = Вставь свой prompt для Sora/KIE одним сообщением
ask-wishes = ✨ Есть ли доп. пожелания? Если нет — отправь «-»
ask-count = 🎬 Сколько видео хочешь сгенерировать?
ask-confirm =
    🎬 Готовы запустить генерацию?

    Количество видео: { $count }
    Стоимость: { $cost ->
        [one] { $cost } кредит
        [few] { $cost } кредита
       *[many] { $cost } кредитов
    }
    Текущий баланс: { $balance }

    ⏱ Генерация займёт от 1 до 30 минут

    Запускаем?
too-few =
    😔 Недостаточно кредитов

    Нужно: { $need ->
        [one] { $need } кредит
        [few] { $need } кредита
       *[many] { $need } кредитов
    }
    Текущий баланс: { $balance }

    { $affordable ->
        [0] Пополни баланс, чтобы продолжить.
       *[other] Пополни баланс или выбери меньше видео.
    }
accepted =
    ✅ Принял!

    🎬 Генерация { $count } видео запущена!

    ⏱ Ожидайте — это может занять от 1 до 30 минут

    Я пришлю результаты сюда по мере готовности.
album-first = 📎 Вижу несколько фото. Беру первое из альбома — одного достаточно.

# --- Подсказки --------------------------------------------------------------
hint-need-photo = 🙂 Сейчас мне нужно фото.
hint-need-text = 🙂 Сейчас мне нужен текст одним сообщением.
hint-need-button = 👇 Выбери вариант кнопкой.
hint-empty-text = 🙂 В сообщении нет текста.
hint-too-long = ✂️ Слишком длинно: уложись в 4096 символов.
hint-have-photo = 📸 Фото уже есть. Нужно другое? Нажми /cancel и начни заново.
hint-photo-replaced = 📸 Взял это фото вместо прежнего.
hint-caption-taken = 📸 Фото есть, описание взял из подписи.
hint-not-a-picture = 🙂 Этот файл мне не открыть. Подойдёт JPEG, PNG или WebP.
hint-file-too-big = 📦 Файл больше 20 МБ — Telegram мне его не отдаст. Пришли его как фото или уменьши.
hint-photo-too-small = 🔍 Фото слишком маленькое: нужно хотя бы 300 пикселей по каждой стороне.
hint-edit-ignored = ✏️ Правки сообщений я не вижу. Пришли новым сообщением.
hint-old-button = 🕰 Эта кнопка уже не работает.
hint-unknown-command = 🙂 Такой команды я не знаю. Есть /menu, /cancel и /help.
hint-not-understood = 🙂 Не понял. Начни с кнопки ниже.
hint-cancelled = 👌 Отменил. Кредиты на месте.
hint-nothing-to-cancel = 👌 Отменять нечего.
hint-same-again = 🔁 Берём всё как в прошлый раз. Осталось выбрать количество.
hint-no-room =
    ⏸ Новые заказы сейчас не принимаю: на сервере заканчивается место.

    Кредиты не списаны, заказ заполнен — нажми «Да, запустить» чуть позже.

hint-paused =
    ⏸ Новые заказы пока на паузе.

    Кредиты не списаны, заказ заполнен — нажми «Да, запустить» чуть позже.
hint-paused-early = ⏸ Новые заказы пока на паузе. Заполнить заказ можно уже сейчас: кредиты спишутся только при запуске.

# --- Ответы на нажатия (до 200 знаков) --------------------------------------
toast-stale = Эта кнопка уже не работает. Открой меню: /menu
toast-already = Уже выбрано 👌
toast-launched = Уже запустил ✅
toast-stopping = Останавливаю рассылку ⏹

# --- Когда ничего не сохранить ----------------------------------------------
outage =
    ⏸ Сейчас не могу ничего сохранить: на сервере неполадка.

    Кредиты не списаны. Повтори, пожалуйста, через несколько минут.

# --- Как идёт заказ ---------------------------------------------------------
status-running = 🎬 Генерация запущена...
status-over = 🏁 Генерация завершена: готово { $done } из { $count }
status-line = Видео { $number } — { $state }
state-queued = ⏳ в очереди
state-retrying = 🔄 повторим автоматически
state-preparing = ✍️ готовлю
state-rendering-by = 🎥 снимает { $model }
state-rendered = 📥 забираю видео
state-done = ✅ готово
state-failed = ↩️ не получилось, кредит вернули
state-code = { $state } · код { $code }

# --- Результаты -------------------------------------------------------------
video = ✅ Видео готово!
video-note = { $number } из { $count } · { $model }
video-link =
    Это видео — по ссылке. Скачай его в течение суток.
retrying =
    ⚠️ Временная ошибка генерации

    Мы попробуем ещё раз автоматически.
    Если не получится - вернём кредит.
the-model = модели
refund-user-violation =
    ⚠️ Вы нарушили правила { $model }

    Внимательно изучите требования к:
    • фото (чаще всего проблема в фото)
    • промпту

    1 кредит вернули на баланс ✅
refund-billing =
    ⚠️ Временные технические неполадки

    Обратитесь в службу поддержки: @{ $support }

    1 кредит вернули на баланс ✅
refund-rate-limit =
    ⏳ Сервис временно перегружен

    Попробуйте через несколько минут.

    1 кредит вернули на баланс ✅
refund-temporary =
    ❌ Не получилось сгенерировать

    1 кредит вернули ✅
refund-unknown =
    ❌ Не получилось сгенерировать

    1 кредит вернули ✅
refund-bad-photo =
    🖼 Не получилось открыть фото

    Пришли другое: JPEG, PNG или WebP, от 300 пикселей по стороне и не больше 50 мегапикселей.

    1 кредит вернули на баланс ✅
refund-cancelled =
    ↩️ Видео отменено

    1 кредит вернули на баланс ✅
reference = Код: { $code }
reference-support = Код: { $code }. Если нужна помощь, пришли его в поддержку.
granted =
    🎁 Баланс пополнен: +{ $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    Текущий баланс: { $balance }
taken-back =
    ℹ️ С баланса списано: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    Текущий баланс: { $balance }

# --- Администратору ---------------------------------------------------------
alert-billing =
    🚨 { $source } отказывает: проблема с оплатой или ключом.

    Проверь баланс и ключи. Кредиты продавцам вернули.
alert-billing-key =
    🚨 { $source } отказывает: проблема с оплатой или ключом { $key }.

    Ключ отдыхает 24 часа. Проверь баланс и ключи. Кредиты продавцам вернули.
alert-billing-over = ✅ { $source } снова работает.
alert-no-models =
    🚨 Все модели отдыхают: заказы не выполняются, кредиты возвращаются.

    Добавь живую модель в `models` и перезапусти бота.
alert-model-off =
    🚨 Модель { $model } выключена у провайдера.

    Отдыхает 24 часа, заказы идут через следующую модель.
alert-model-off-last =
    🚨 Модель { $model } выключена у провайдера, и она была последней.

    Заказы не выполняются, кредиты возвращаются. Добавь живую модель в `models`.
alert-model-back = ✅ Модель { $model } снова отвечает.
alert-all-keys-rest = ⚠️ Все ключи KIE отдыхают. Пробую первый ключ, часть генераций может не пройти.
alert-keys-awake = ✅ Ключи KIE снова работают.
alert-panic = 🚨 Сбой при обработке задания { $job }. Кредит вернули, подробности в журнале.
alert-no-room =
    🚨 На диске осталось { $free } МБ.

    Новые заказы не принимаю, начатые доделываю. Освободи место — продажи откроются сами.
alert-room-back = ✅ Место на диске есть, заказы снова принимаю.
alert-unwritable =
    🚨 На диск ничего не записать: { $why }

    Продавцам говорю, что сейчас не могу сохранить. Как только запись пройдёт, продолжу сам.
alert-writable = ✅ На диск снова можно писать.
alert-breach =
    🚨 Книги не сходятся: { $breaches ->
        [one] { $breaches } нарушение
        [few] { $breaches } нарушения
       *[many] { $breaches } нарушений
    }. Первое: { $first }

    Останови бота, сохрани файл базы и посмотри `neurocards audit`.
alert-books-fine = ✅ Книги снова сходятся.
alert-certificate-none =
    🚨 У { $host } нет действующего сертификата: { $why }.

    Пока его нет, до этого адреса не достучаться ни Telegram, ни KIE. Бот пробует снова, подробности в журнале.
alert-certificate-ends =
    ⚠️ Сертификат { $host } { $days ->
        [0] кончается в течение суток
        [one] кончается через { $days } день
        [few] кончается через { $days } дня
       *[many] кончается через { $days } дней
    }: { $why }.

    После этого до бота не достучаться ни Telegram, ни KIE. Бот пробует снова, подробности в журнале.
alert-certificate-back = ✅ У { $host } новый сертификат.
alert-backup-fails =
    🚨 Резервная копия не сделана: { $why }

    { $newest } Пробую снова сам.
alert-backup-late =
    🚨 Резервной копии давно нет, причина может быть в журнале.

    { $newest }
alert-backup-back = ✅ Резервные копии снова делаются.
alert-copy-fails =
    ⚠️ Резервная копия не дошла до хранилища: { $why }

    { $newest } На этой машине она есть, пробую снова сам.
alert-copy-back = ✅ Резервные копии снова доходят до хранилища.
alert-key-rests =
    ⚠️ Ключ KIE { $key } упёрся в лимит запросов и отдыхает { $minutes } мин.

    Генерации идут через другие ключи, если они есть.
alert-key-back = ✅ Ключ KIE { $key } снова работает.
alert-credits-low =
    ⚠️ На счёте KIE мало кредитов: { $left }.

    Пополни баланс, пока генерации не остановились.
alert-credits-back = ✅ Счёт KIE пополнен, кредитов: { $left }.
alert-failing =
    🚨 За последний час не получилось { $failed } из { $ended } видео.

    Кредиты продавцам вернули. Причины покажет `neurocards jobs list --failed`.
alert-failing-over = ✅ Видео снова получаются.
alert-queue-late =
    ⚠️ Видео ждёт своей очереди уже { $minutes } мин.

    Похоже, заняты все места у провайдера или он не отвечает. Что происходит, покажет `neurocards status`.
alert-queue-moves = ✅ Очередь снова движется.
alert-unsent =
    ⚠️ Сообщение ждёт отправки уже { $minutes } мин, ждут чатов: { $waiting }.

    Похоже, Telegram не отвечает или не успевает. Ничего не потеряется: отправлю, как только смогу.
alert-sent-again = ✅ Сообщения снова уходят.
alert-restarted =
    ⚠️ Бот в прошлый раз не завершился как положено и запущен заново.

    Тот запуск начался { $before } UTC. Заказы и кредиты на месте, причина может быть в журнале.
alert-held = Таких же сообщений придержано: { $held }.
backup-newest = { $hours ->
    [0] Последней меньше часа.
    [one] Последней { $hours } час.
    [few] Последней { $hours } часа.
   *[many] Последней { $hours } часов.
}
backup-none = Ни одной пока нет.
certificate-silent = удостоверяющий центр не отвечает
certificate-unseen = удостоверяющий центр не может достучаться до этой машины (верен ли адрес имени, открыт ли порт 443 или 80?)
certificate-limited = удостоверяющий центр пока не принимает запросов
certificate-account = удостоверяющий центр не принимает нашу учётную запись
certificate-refused = удостоверяющий центр отказывает
certificate-files = в cert_file и key_file нет нового
certificate-machine = новый не удаётся создать или сохранить на этой машине

# --- Администратору: команды ------------------------------------------------
desk-guide =
    🛠 Команды администратора

    /queue_stats — очередь и здоровье
    /stats — заказы, видео и кредиты за день, неделю, месяц
    /user @имя — карточка продавца
    /grant @имя 5 за оплату — начислить кредиты, с минусом — списать
    /job J17 — что было с видео
    /keys — ключи и модели KIE
    /pause причина — не принимать заказы
    /resume — снова принимать
    /broadcast — рассылка продавцам
    /cancel — бросить начатое

    Вместо @имени подойдёт номер в Telegram. Всё, что меняет деньги, переспрошу и запишу в журнал.
desk-usage-user = 👤 Напиши так: /user @имя или /user 123456789
desk-usage-job = 🎬 Напиши так: /job J17 — номер стоит в сообщении продавцу и в его карточке.
desk-usage-stats = 📊 Напиши так: /stats, /stats неделя или /stats месяц
desk-person = @{ $name } ({ $number })
desk-refused = ✋ Ничего не изменил. { $why }
desk-dropped = 👌 Бросил, ничего не изменил.
desk-late = ⌛️ Прошло больше 15 минут, и я забыл, что мы начинали. Ничего не изменил. Если это было для заказа — пришли ещё раз.
desk-ask-user = 👤 Кому? Напиши @имя или номер в Telegram.
desk-ask-credits =
    💳 Сколько кредитов? Напиши число, с минусом — списать.

    Продавец: { $person }
    Баланс: { $balance }
desk-ask-why = ✍️ Напиши причину одним сообщением: она останется в журнале.
desk-because = Причина: { $why }
desk-sure = Делаем?
desk-grant =
    🎁 Начислить: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    Кому: { $person }
    Баланс: { $balance } → { $after }
desk-take =
    ➖ Списать: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    У кого: { $person }
    Баланс: { $balance } → { $after }
desk-refund =
    ↩️ Вернуть кредит за видео { $job }

    Кому: { $person }
    Баланс: { $balance } → { $after }
desk-cancel =
    ✖️ Отменить видео { $job }, кредит вернётся

    Продавец: { $person }
    Баланс: { $balance } → { $after }
    Если KIE уже снимает, его работа всё равно оплачена.
desk-reorder =
    🔁 Заказать видео { $job } ещё раз, с теми же ответами

    Продавец: { $person }
    Баланс: { $balance } → { $after }
desk-hurry =
    ⏩ Не ждать и попробовать видео { $job } прямо сейчас

    Продавец: { $person }
desk-ban =
    🚫 Закрыть доступ: { $person }

    Начатые заказы доделаю, новых не будет.
desk-unban = 🔓 Открыть доступ: { $person }
desk-pause =
    ⏸ Остановить приём заказов

    Начатые видео доделаю, кредиты останутся у продавцов.
desk-resume = ▶️ Снова принимать заказы
desk-granted =
    ✅ Начислил: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    Кому: { $person }
    Баланс: { $balance }
desk-taken =
    ✅ Списал: { $credits ->
        [one] { $credits } кредит
        [few] { $credits } кредита
       *[many] { $credits } кредитов
    }

    У кого: { $person }
    Баланс: { $balance }
desk-refunded =
    ✅ Вернул кредит за видео { $job }

    Кому: { $person }
    Баланс: { $balance }
desk-cancelled =
    ✅ Отменил видео { $job } и вернул кредит

    Продавец: { $person }
    Баланс: { $balance }
desk-reordered =
    ✅ Видео { $job } заказано ещё раз: заказ { $order }

    Продавец: { $person }
    Баланс: { $balance }
desk-hurried = ⏩ Пробую видео { $job } прямо сейчас.
desk-banned = ✅ Доступ закрыт: { $person }
desk-unbanned = ✅ Доступ открыт: { $person }
desk-paused = ⏸ Заказы больше не принимаю. Вернуть: /resume
desk-resumed = ▶️ Снова принимаю заказы.
button-desk-yes = ✅ Да, делаем
button-desk-card = 👤 Карточка
button-desk-refresh = 🔄 Обновить
button-desk-keys = 🔑 Ключи
button-desk-queue = 📋 Очередь
button-desk-grant = 🎁 Начислить
button-desk-refunds = ↩️ Вернуть кредит
button-desk-refund = ↩️ Вернуть кредит
button-desk-refund-of = ↩️ { $job } · { $at }
button-desk-history = 📒 История
button-desk-ban = 🚫 Закрыть доступ
button-desk-unban = 🔓 Открыть доступ
button-desk-newest = ⏮ Свежие
button-desk-older = ➡️ Раньше
button-desk-seller = 👤 Продавец
button-desk-cancel = ✖️ Отменить
button-desk-hurry = ⏩ Не ждать
button-desk-reorder = 🔁 Заказать ещё раз
report-none = 🤔 Показать нечего.
span-seconds = { $large } с
span-minutes = { $large } мин
span-hours = { $large } ч { $small } мин
span-days = { $large } дн { $small } ч
stage-queued = ⏳ ждёт очереди
stage-preparing = ✍️ готовится
stage-submitting = 📤 отправлено в KIE
stage-rendering = 🎥 снимается
stage-rendered = 📥 забираем
stage-done = ✅ готово
stage-failed = ❌ не получилось
entry-welcome = подарок за старт
entry-hold = заказ
entry-capture = видео готово
entry-release = не получилось, кредит вернулся
entry-grant = администратор
queue-head = 📋 Очередь на { $at } UTC
queue-open = 🟢 Заказы принимаем
queue-paused = ⏸ Заказы не принимаем: пауза
queue-no-room = 🔴 Заказы не принимаем: на диске мало места
queue-places = В работе: { $places } из { $most }
queue-stage = • { $stage }: { $count }
queue-empty = Видео в работе нет.
queue-oldest = Первое в очереди ждёт { $span }
queue-no-chats = ✉️ Сообщений к отправке нет
queue-chats = ✉️ Чатов, которые ждут сообщения: { $chats }, первый — { $span }
queue-awake = 🔑 Все ключи и модели в строю
queue-resting = 😴 Отдыхают:
queue-rest = • { $name } до { $until } — { $why }
queue-disk = Версия { $version }, работает { $span }. База { $file } МБ, на диске свободно { $free } МБ.
queue-fault = 🚨 На диск не записать: { $why }
keys-head = 🔑 Ключи KIE
keys-credits = кредитов KIE: { $credits }
keys-unknown = сколько осталось, неизвестно ({ $why })
keys-cost = ролик { $credits } кредитов KIE
keys-rests = отдыхает до { $until } ({ $why })
models-head = 🎥 Модели по порядку
card-head = 👤 { $person }
card-balance = Баланс: { $balance }, занято заказами: { $held }
card-since = С нами с { $since } UTC, язык { $lang }
card-banned = 🚫 Доступ закрыт { $since }: { $why }
card-unreachable = 📵 Бот заблокирован: сообщения не доходят
card-notes = ✉️ Ждут отправки: { $notes }
card-videos = Последние видео:
card-no-videos = Видео ещё не заказывал.
history-head = 📒 История: { $person }
history-empty = Проводок нет.
refunds-head = ↩️ Вернуть кредит: { $person }
refunds-choose = За какое видео? За неудачные кредит вернулся сам.
refunds-empty = Готовых видео нет. За неудачные кредит вернулся сам.
job-head = 🎬 Видео { $job } — { $stage }
job-failure = Причина: { $why }
job-seller = Продавец: { $person }
job-order = Заказ { $order } от { $at } UTC
job-ended = Закончено { $at } UTC, прошло { $span }
job-attempt = Попыток: { $attempt }
job-due = Следующий шаг через { $span }
job-model = Модель: { $model }
job-key = Ключ: { $key }
job-task = Задача KIE: { $task }
job-missed = Неудачные попытки:
job-entries = Кредиты:
button-desk-day = 📅 День
button-desk-week = 📅 Неделя
button-desk-month = 📅 Месяц
stats-day = за 24 часа
stats-week = за 7 дней
stats-month = за 30 дней
stats-head = 📊 Статистика { $span }: { $from } – { $until } UTC
stats-orders = Заказов: { $orders }, в них видео: { $ordered }. Новых продавцов: { $newcomers }
stats-videos = { $any ->
    [0] Готово: { $done }, не получилось: { $failed }
   *[other] Готово: { $done }, не получилось: { $failed } — удачных { $share } %
}
stats-waits = ⏱ Половина видео готова за { $median }, девять из десяти — за { $p90 }
stats-credits = 💳 Кредиты: продано { $sold }, начислено { $granted }, подарено новым { $gifts }, списано { $taken }
stats-spent = Заработано на видео: { $earned }, вернулось за неудачи: { $released }
stats-burned = Потрачено у KIE: { $burned } его кредитов
stats-models = Модели:
stats-no-model = до модели не дошло
stats-templates = Шаблоны:
stats-group = • { $title }: { $done } из { $all } ({ $share } %)
stats-failures = Причины неудач: { $kinds }
chart-empty = пока ничего не было
chart-videos = Видео
chart-done = готово
chart-failed = не получилось
chart-credits = Кредиты продавцам
chart-given = проданы и начислены
chart-gifts = подарены новым
chart-waits = Сколько ждали готовое видео
chart-median = половина
chart-p90 = девять из десяти
unit-second = с
unit-minute = мин
unit-hour = ч
desk-ask-letter =
    📣 Рассылка

    Пришли текст одним сообщением. Жирный, курсив и ссылки сохраню. Картинок пока не рассылаю.
desk-broadcast = 📣 Рассылка
desk-preview = 👀 Вот так это увидят продавцы. Не нравится — пришли другой текст.
desk-sent = 🏁 Рассылка закончена: дошло { $delivered }, заблокировали бота { $blocked }, не отправилось { $failed }.
desk-sent-stopped = ⏹ Рассылка остановлена: дошло { $delivered }, заблокировали бота { $blocked }, не отправилось { $failed }.
letter-segments = 👥 Кому отправляем?
letter-launch =
    📣 Отправить рассылку?

    Кому: { $segment }
    Получателей: { $count }
    Займёт не меньше { $span }. Продавцам, которые сейчас пишут боту, она не помешает.
segment-all = 👥 Всем
segment-ru = 🇷🇺 Кто пишет по-русски
segment-en = 🇬🇧 Кто пишет по-английски
segment-ordered = 🎬 Кто хоть раз заказывал
segment-recent = 🔥 Кто заказывал за 30 дней
segment-never = 🌱 Кто ни разу не заказывал
segment-me = 🧪 Только мне, проверить
button-desk-send = 📣 Отправить: { $count }
button-desk-stop = ⏹ Остановить рассылку
progress-running = 📣 Рассылка идёт
progress-stopping = ⏹ Останавливаю рассылку
progress-done = 🏁 Рассылка закончена
progress-stopped = ⏹ Рассылка остановлена
progress-counts =
    Отправлено { $dealt } из { $total }
    Дошло: { $delivered }
    Заблокировали бота: { $blocked }
    Не отправилось: { $failed }
slip-broadcasting = Одна рассылка уже идёт: дождись её конца или останови.
slip-not-whom = 🤔 Так я никого не найду: нужно @имя или номер в Telegram.
slip-no-user = 🤔 Не знаю, кто такой { $name }. Продавец должен сначала написать боту /start.
slip-many = 🤔 Имя { $name } было у нескольких: { $numbers }. Напиши номер.
slip-not-number = 🤔 Нужно целое число, например 5 или -5.
slip-zero = 🤔 Ноль ничего не изменит. Напиши другое число.
slip-too-large = 🤔 За раз можно не больше { $most } кредитов.
slip-too-much = 🤔 На балансе только { $balance }: столько не списать.
slip-full = 🤔 На балансе уже { $balance }: больше на счёт не помещается.
slip-empty = 🤔 В сообщении нет текста.
slip-too-long = ✂️ Длинновато: уложись в { $most } символов.
slip-need-button = 👇 Ответь кнопкой. Передумал — /cancel.
slip-need-text = 🤔 Здесь нужен текст.
slip-operator = Это администратор: сначала убери его из admin_ids.
slip-already = Так уже и есть.
slip-no-job = Видео { $job } не нашёл.
slip-live = Видео { $job } ещё делается.
slip-done = Видео { $job } уже готово.
slip-failed = Видео { $job } не получилось, и кредит за него уже вернули.
slip-asked = По видео { $job } ждём ответа KIE: второй запрос мог бы стоить вдвое. Решится само или отмени его.
slip-waits = Видео { $job } и так ждёт только своей очереди.
slip-poor = У продавца нет кредита на видео { $job }: сначала начисли.
slip-repaid = За видео { $job } кредит уже возвращали.
slip-reordered = Видео { $job } уже заказывали ещё раз.

# --- Профиль бота -----------------------------------------------------------
command-start = Начать
command-menu = Главное меню
command-cancel = Отменить и начать заново
command-help = Как это работает
command-queue-stats = Очередь и здоровье
command-stats = Заказы, видео, кредиты
command-user = Карточка продавца
command-grant = Начислить кредиты
command-job = Что было с видео
command-keys = Ключи и модели KIE
command-pause = Не принимать заказы
command-resume = Снова принимать заказы
command-broadcast = Рассылка продавцам
command-admin = Команды администратора
description = Пришли фото товара — получишь короткое вертикальное видео для Reels. Сценарий напишет нейросеть, снимет тоже она. Первые видео в подарок.
short-description = Фото товара → готовое видео для Reels
