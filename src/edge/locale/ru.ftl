# The operator's page in Russian. Both files have the same texts.

lang-name = Русский
skip = К содержимому
nav = Разделы
nav-now = Сейчас
nav-orders = Заказы
nav-jobs = Видео
nav-users = Продавцы
nav-acts = Журнал
search-label = Поиск
search-hint = J17, № заказа, @имя
search-go = Найти
search-title = Поиск: { $q }
search-none = Ничего не нашлось.
search-help = Можно искать номер видео или код (J17), номер заказа, Telegram-номер продавца или часть его имени, задачу провайдера.
search-unstored = { $code } — это сообщение, которое не удалось сохранить. О нём знает только лог: поищи { $code } там.
signout = Выйти
signin-title = Вход для оператора
signin-token = Токен оператора
signin-go = Войти
signin-hint = Где лежит токен, на сервере скажет команда
signin-wrong = Токен не подошёл. Скопируй его целиком, без кавычек.
signin-wait = Слишком много попыток. Попробуй снова через { $n ->
    [one] { $n } минуту
    [few] { $n } минуты
   *[many] { $n } минут
}.
live-lost = Связь потеряна. Числа ниже устарели; пробую снова…
live-over = Сессия закончилась. Войди ещё раз.
zone-utc = Время на странице — UTC.
zone-local = Время — твоего браузера, на графиках — UTC.
all = Показать все
back = Назад
none = Пусто
yes = да
no = нет
pages = Страницы
pages-newest = К новым
pages-older = Старше
list-unseen = Может быть, есть и другие: просмотрено { $n } строк, дальше поиск не идёт.
of-user = Только продавца
of-all = показать всех

trouble-title = Не получилось
trouble-home = На главную
trouble-404 = Здесь ничего нет.
trouble-403 = Форма устарела или пришла с другой страницы. Вернись, обнови страницу и попробуй ещё раз.
trouble-405 = Так эта страница не открывается.
trouble-413 = Форма слишком большая.
trouble-415 = Форма пришла не в том виде.
trouble-503 = Хранилище сейчас не отвечает. Подожди немного и проверь, что изменилось, прежде чем повторять.
trouble-other = Ответ не сложился. Посмотри в лог.

unit-d = д
unit-h = ч
unit-min = мин
unit-s = с
unit-b = Б
unit-kb = КБ
unit-mb = МБ
unit-gb = ГБ
credits = { $n ->
    [one] { $n } кредит
    [few] { $n } кредита
   *[many] { $n } кредитов
}

alarm-fault = Диск не принимает записи:
alarm-updates = Цикл, который принимает сообщения Telegram, завис.
sales-open = Заказы принимаются
sales-closed = Заказы не принимаются
closed-room = На диске мало места. Освободи его — приём откроется сам.
closed-pause = Приём поставлен на паузу.
tile-queued = В очереди
tile-running = В работе
tile-failed = Сбои за 24 ч
tile-notes = Ждут отправки
tile-orders = Заказов всего
tile-users = Продавцов
tile-oldest = дольше всех: { $span }
tile-banned = закрыт доступ: { $n }
tile-all = видео: { $n }
now-live = Сейчас в работе
now-live-none = Все видео закончены.
now-failures = Сбои за сутки
now-failures-none = За сутки сбоев не было.
now-day = Последние 24 часа
now-month = Последние 30 дней
now-models = Модели
now-keys = Ключи провайдера
now-keys-none = Провайдер пока не ответил.
now-house = Сервер
now-acts = Последние действия
works = работает
rests = отдыхает
rests-until = до
rests-operator = по решению оператора
house-free = Свободно на диске
house-file = Файл данных
house-schema = схема
house-backup = Резервная копия
house-elsewhere = Копия в хранилище
house-backup-none = ещё не было
house-backup-failed = последняя попытка не удалась
house-certificate = Сертификат
house-certificate-none = публичная дверь без TLS
house-certificate-missing = нет
house-certificate-left = { $n ->
    [one] ещё { $n } день
    [few] ещё { $n } дня
   *[many] ещё { $n } дней
}
house-since = Запущен
house-version = Версия

chart-orders = Заказы
chart-videos = Видео
chart-done = готово
chart-failed = не вышло
chart-credits = Кредиты продавцам
chart-sold = продано и начислено
chart-gifts = подарено
chart-burned = Кредиты провайдера
chart-waits = Ожидание видео
chart-median = половина ждала до
chart-p90 = 90 % ждали до
chart-newcomers = Новые продавцы
chart-empty = Пока ничего не было
chart-table = Те же числа таблицей
sum-orders = Заказы
sum-done = Готово видео
sum-failed = Не вышло
sum-sold = Начислено кредитов
sum-gifts = Подарено
sum-burned = Потрачено у провайдера
sum-newcomers = Новых продавцов
sum-median = Медиана ожидания

head-job = Видео
head-order = Заказ
head-seller = Продавец
head-placed = Заказано
head-stage = Этап
head-attempt = Попытка
head-model = Модель
head-why = Причина сбоя
head-template = Шаблон
head-videos = Видео
head-photo = Фото
head-number = Номер
head-name = Имя
head-available = Баланс
head-held = Отложено
head-lang = Язык
head-since = С нами с
head-state = Состояние
head-step = Шаг диалога
head-notes = Ждут отправки
head-when = Когда
head-who = Кто
head-what = Что
head-amount = Кредиты
head-reason = Движение
head-way = Откуда → куда
head-key = Ключ
head-credits = Кредиты
head-price = Цена
head-task = Задача провайдера
head-script = Сценарий готов
head-due = Следующий шаг
head-ended = Закончено
head-orders = Заказы
head-done = Готово
head-failed = Не вышло
head-sold = Начислено
head-gifts = Подарено
head-burned = У провайдера
head-median = Медиана
head-p90 = 90 %

orders-none = Заказов пока нет.
order-title = Заказ № { $n }
order-jobs = Видео заказа
jobs-none = Таких видео нет.
jobs-show = Какие видео показать
users-show = Каких продавцов показать
show-all = Все
show-live = В работе
show-failed = Не вышли
show-done = Готовые
show-banned = Без доступа
users-none = Таких продавцов нет.
job-title = Видео J{ $n }
job-story = Что происходило
ledger = Движения кредитов
ledger-none = Движений нет.
user-title = Продавец { $n }
user-orders = Заказы
user-banned = доступ закрыт
user-blocked = заблокировал бота
user-fine = на связи
user-banned-since = Доступ закрыт
acts-none = Операторы ещё ничего не делали.

stage-queued = в очереди
stage-preparing = готовится
stage-submitting = отправляется
stage-rendering = снимается
stage-rendered = скачивается
stage-done = готово
stage-failed = не вышло
story-placed = Заказано, 1 кредит отложен.
story-attempt = Попытка { $n }:
no-more = Содержание заказа и подробности попыток больше не хранятся. В архиве с
story-failed = Видео не вышло, кредит вернулся.
story-done = Видео готово и отдано продавцу.
story-queued = Ждёт своей очереди или следующей попытки.
story-preparing = Готовятся фото и сценарий.
story-submitting = Провайдера спросили; ответа ещё нет. Повторять нельзя: вышло бы дважды за одно видео.
story-rendering = Провайдер снимает; мы спрашиваем, готово ли.
story-rendered = Видео у провайдера готово, скачиваем.
kind-USER_VIOLATION = нарушение правил
kind-BILLING = нет денег у провайдера
kind-RATE_LIMIT = слишком часто
kind-TEMPORARY = временный сбой
kind-UNKNOWN = неизвестный сбой
kind-MODEL_OFF = модель выключена
kind-BAD_PHOTO = негодное фото
kind-CANCELLED = отменено оператором
kind-OUTPUT_REFUSED = модель не пропустила своё видео
means-USER_VIOLATION = Провайдер не принял фото или текст. Не повторяется: кредит сразу возвращается.
means-BILLING = На аккаунте провайдера кончились кредиты, или ключ отвергнут. Ключ отдыхает, кредит продавца сразу возвращается.
means-RATE_LIMIT = Провайдер просит не спешить. Пока есть попытки, повторяем позже и другим ключом.
means-TEMPORARY = Сбой у провайдера или в сети. Пока есть попытки, повторяем позже.
means-UNKNOWN = Ответ, которого мы не знаем. Не повторяется: кредит сразу возвращается.
means-MODEL_OFF = Модель выключена или её нет. Видео идёт следующей моделью цепочки, попытка не тратится.
means-BAD_PHOTO = Это не картинка, или её размер не подходит. Кредит возвращается.
means-CANCELLED = Оператор закончил это видео. Кредит вернулся.
means-OUTPUT_REFUSED = Модель сделала видео, и её собственный фильтр его не пропустил. Пробуем ещё раз; потом кредит возвращается.
source-telegram = Telegram
source-gpt = автор сценария
source-kie = провайдер видео
source-shop = мы сами
reason-welcome = подарок новичку
reason-hold = отложено под видео
reason-capture = оплата видео
reason-release = возврат
reason-grant = начисление оператора
account-available = баланс
account-held = отложено
account-gifts = подарки
account-sales = продажи
account-grants = начисления
account-revenue = выручка
template-ugc = UGC
template-ad = реклама
template-self = свой промпт
photo-wanted = ещё не скачано
photo-ready = на месте
photo-refused = негодное
step-menu = меню
step-photo = ждём фото
step-text = ждём описание
step-template = выбирает шаблон
step-prompt = пишет промпт
step-wishes = пишет пожелания
step-count = выбирает количество
step-confirm = подтверждает

who-page = страница
act-grant = { $n ->
    [one] начислен { $n } кредит продавцу
    [few] начислено { $n } кредита продавцу
   *[many] начислено { $n } кредитов продавцу
}
act-take = { $n ->
    [one] забран { $n } кредит у продавца
    [few] забрано { $n } кредита у продавца
   *[many] забрано { $n } кредитов у продавца
}
act-ban = закрыт доступ продавцу
act-unban = открыт доступ продавцу
act-hurry = без ожидания пошло видео
act-reorder = снова заказано видео
act-cancel = отменено видео
act-refund = возвращён кредит за видео
act-rest-key = отдыхает ключ
act-wake-key = снова в деле ключ
act-rest-model = отдыхает модель
act-wake-model = снова в деле модель
act-pause = приём заказов на паузе
act-resume = приём заказов открыт
act-broadcast = начата рассылка { $n }
act-stop = остановлена рассылка { $n }
act-broadcast-ended = рассылка { $n } закончена: дошло { $delivered }, заблокировали бота { $blocked }, не отправилось { $failed }

field-credits = Кредиты
field-why = Причина
field-hours = Часов
do-grant = Начислить…
do-ban = Закрыть доступ…
do-unban = Открыть доступ…
do-refund = Вернуть кредит…
do-hurry = Попробовать сейчас…
do-reorder = Заказать снова…
do-cancel = Отменить видео…
do-pause = Поставить на паузу…
do-resume = Открыть приём…
do-rest = Дать отдых…
do-wake = Вернуть в дело…
hint-grant = Отрицательное число забирает кредиты. Перед начислением мы переспросим.
hint-ban = Бот перестанет отвечать продавцу. Заказанное доснимется.
hint-refund = За видео, которое готово, но никуда не годится.
hint-reorder = Новый заказ с теми же ответами, за кредит продавца, который вернулся.
hint-cancel = Видео закончится без результата, кредит вернётся.
hint-pause = Новые заказы не принимаются, начатые доснимутся.

refused-amount = Кредиты — целое число, не ноль, не больше 100 000.
refused-reason = Напиши причину: одна строка, до 200 знаков.
refused-hours = Часы — целое число от 1 до 720.
refused-foreign = Эта форма не отсюда. Вернись и попробуй ещё раз.
mend-title = Поправь форму
confirm-title = Точно?
confirm-no = Не надо
confirm-balance = Баланс:
confirm-seen = Последний раз писал:
confirm-grant = { $n ->
    [one] Начислим { $n } кредит
    [few] Начислим { $n } кредита
   *[many] Начислим { $n } кредитов
} продавцу { $who }. Бот сообщит ему об этом.
confirm-take = { $n ->
    [one] Заберём { $n } кредит
    [few] Заберём { $n } кредита
   *[many] Заберём { $n } кредитов
} у продавца { $who }.
confirm-ban = Закроем доступ продавцу { $who }: бот перестанет принимать от него заказы. { $n ->
    [0] Сейчас у него ничего не снимается.
    [one] Ещё { $n } видео доснимется и придёт.
   *[other] Ещё { $n } видео доснимутся и придут.
}
confirm-unban = Откроем доступ продавцу { $who }: он снова сможет заказывать.
confirm-refund = Вернём 1 кредит за видео J{ $job } продавцу { $who }. Видео останется у него. Если кредит за это видео уже возвращали, ничего не изменится.
confirm-cancel = Закончим видео J{ $job } без результата и вернём 1 кредит продавцу { $who }. Если провайдер уже снимает, его кредиты потрачены.
confirm-reorder = Закажем видео J{ $job } снова, новым заказом с теми же ответами, за 1 кредит продавца { $who }.
confirm-hurry = Видео J{ $job } не будет ждать: следующий шаг сделаем сразу.
confirm-pause = Перестанем принимать заказы; продавцы увидят, что приём закрыт. { $n ->
    [0] Сейчас ничего не снимается.
    [one] { $n } начатое видео доснимется.
   *[other] Начатые видео ({ $n }) доснимутся.
}
confirm-resume = Снова начнём принимать заказы.
confirm-rest = Не будем пользоваться { $name } { $n ->
    [one] { $n } час
    [few] { $n } часа
   *[many] { $n } часов
},
confirm-wake = Снова начнём пользоваться { $name }.
sure-grant = Начислить
sure-take = Забрать
sure-ban = Закрыть доступ
sure-unban = Открыть доступ
sure-refund = Вернуть кредит
sure-hurry = Попробовать
sure-reorder = Заказать снова
sure-cancel = Отменить видео
sure-pause = Поставить на паузу
sure-resume = Открыть приём
sure-rest = Дать отдых
sure-wake = Вернуть в дело

told-grant = Готово. Баланс теперь { $n }.
told-take = { told-grant }
told-refund = { told-grant }
told-grant-before = Это уже было сделано раньше. Баланс { $n }.
told-hurry = Готово: видео больше не ждёт.
told-reorder = Готово: это теперь заказ № { $order }.
refused-already = Так уже и есть.
told-ban = Доступ закрыт.
told-unban = Доступ открыт.
told-cancel = Видео отменено, кредит вернулся.
told-pause = Приём заказов на паузе.
told-resume = Приём заказов открыт.
told-rest = Отдыхает.
told-wake = Снова в деле.

refused-not-whom = Так никого не найти: нужно @имя или номер в Telegram.
refused-key = Ключ — от 1 до 64 знаков, без двоеточия: с двоеточием их делает сама программа.
refused-need-text = Здесь нужен текст.
refused-need-button = Здесь нужна кнопка. Передумал — /cancel.
refused-on-its-way = Одна рассылка уже идёт: дождись её конца или останови.
refused-chat-only = Рассылки пишут в чате с ботом: /broadcast.
refused-no-user = Продавца { $who } нет: сначала он должен написать боту /start.
refused-ambiguous = Имя { $name } могло перейти к другому, нужен номер: { $people }.
refused-ambiguous-has = { $user } — сейчас с этим именем, последний раз писал { $seen } UTC
refused-ambiguous-had = { $user } — раньше с этим именем, последний раз писал { $seen } UTC
refused-used = Ключ { $key } уже использован: продавец { $user }, кредитов: { $n }. Ничего не изменилось; для другого начисления нужен другой ключ.
refused-too-much = У продавца { $user } только { $n ->
    [one] { $n } кредит
    [few] { $n } кредита
   *[many] { $n } кредитов
}.
refused-full = У продавца { $user } баланс { $n }: больше на счёт не поместится.
refused-no-order = Заказа № { $order } нет.
refused-no-job = Видео J{ $job } нет.
refused-live = Видео J{ $job } ещё не закончено. Отмени его — кредит вернётся.
refused-done = Видео J{ $job } готово. Кредит за него можно вернуть.
refused-retired = Видео J{ $job } не вышло так давно, что сам заказ уже не хранится: пусть продавец закажет заново.
refused-failed = Видео J{ $job } не вышло, и кредит за него уже вернулся.
refused-repaid = Кредит за видео J{ $job } уже вернули.
refused-reordered = Видео J{ $job } уже заказано снова: заказ № { $order }.
refused-operator = { $user } — администратор. Сначала убери его из admin_ids.
refused-asked = Провайдера уже спросили о видео J{ $job }, ответа нет. Второй вопрос мог бы стоить второй оплаты. Само решится в пределах generation_deadline; отмена закончит сразу.
refused-waits = Видео J{ $job } ждёт только своей очереди.
refused-poor = У продавца видео J{ $job } нет кредита на ещё одну попытку. Сначала начисли.
refused-no-key = Ключа { $key } в конфигурации нет.
refused-many-keys = На { $key } начинаются несколько ключей: напиши больше знаков.
refused-no-model = Модели { $name } нет в цепочке; есть { $chain }.
refused-no-config = Без конфигурации ключи и модели неизвестны.
refused-not-backed-up = Резервная копия не получилась: { $why }
refused-mistakes =
    Ничего не взято, всё работает как раньше:
    { $mistakes }
refused-no-daemon = Демон не запущен.
