import { dice } from "./dice";
import {
  advice,
  birthplaces,
  bodies,
  bodyNames,
  bodyThemes,
  historical,
  noteBodies,
  noteTitles,
  signManners,
  signs,
} from "./lunaria-words";
import { asciiName, firstNames, lastNames, mailDomains } from "./people";
import { quoteTexts } from "./quote";

const clientCount = 520;
const extraCharts = 160;

/** The practice's rows, in an order in which each finds what it is made from. */
export const lunariaRows = [
  practitioners(),
  clients(),
  birthData(),
  charts(),
  interpretations(),
  appointments(),
  notes(),
];

function practitioners() {
  return `
insert into practitioners (name, email, hours, on_leave) values
  ('Selene Fröhlich', 'selene@lunaria.example', array['09:00+01', '17:30+01']::timetz[], '{[2026-07-20,2026-08-10),[2026-12-23,2027-01-04)}'),
  ('Théo d''Alembert', 'theo@lunaria.example', array['10:00+01', '18:00+01']::timetz[], '{[2026-05-02,2026-05-16)}'),
  ('نور حداد', 'nour@lunaria.example', array['08:30+02', '16:00+02']::timetz[], '{}')`;
}

/** The charts of the evening course come first; they have neither e-mail nor phone. */
function clients() {
  const { pick, below, chance, digits } = dice("n", 30_000);
  return `
insert into clients (name, locale, time_zone, member, tags, created_at)
select split_part(person, '|', 1), 'en', 'UTC', null, array['historical', 'course ✨'], '2021-03-21 10:37+01' from unnest(${quoteTexts(historical)}) person;
insert into clients (name, email, pronouns, phone, locale, time_zone, referred_by, member, tags, created_at)
select first || ' ' || last, case when ${chance(93)} then ${asciiName("first")} || '.' || ${asciiName("last")} || ${below(90)} || '@' || ${pick(mailDomains)} end,
  (array['she/her', 'he/him', 'they/them', '', null])[1 + ${below(5)}], case when ${chance(55)} then '+49 30 ' || ${digits(7)} when ${chance(50)} then '' end,
  ${pick(["de", "de", "en", "en", "fr", "pl", "he", "ar"])}::shared.locale, ${pick(["Europe/Berlin", "Europe/Berlin", "Europe/Lisbon", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham"])},
  case when n > 20 and ${chance(35)} then ${historical.length} + 1 + ${below("(n - 1)")} end,
  case when ${chance(30)} then daterange(date '2022-01-01' + n * 3, 'infinity') when ${chance(40)} then daterange(date '2022-01-01' + n, date '2023-01-01' + n * 2) end,
  case when ${chance(30)} then array[${pick(["regular", "couple", "course ✨"])}] when ${chance(10)} then array['has "quotes", commas', '{braces}', ''] else '{}' end,
  timestamptz '2021-04-01 09:00+00' + n * interval '3 days 16 hours 17 minutes'
from generate_series(1, ${clientCount}) n, lateral (select ${pick(firstNames)} as first, ${pick(lastNames)} as last) person`;
}

function birthData() {
  const { pick, below, chance } = dice("c.id", 31_000);
  const position = "point(split_part(spot, ',', 1)::float8, split_part(spot, ',', 2)::float8)";
  return `
insert into birth_data (client_id, born_on, born_at, place, country_code, position, source)
select at, person[2]::date, nullif(person[3], '')::time, person[4], person[5], ${position}, 'literature'
from unnest(${quoteTexts(historical)}) with ordinality as h(line, at), lateral (select string_to_array(line, '|') as person) parts,
lateral (select person[6] as spot) map order by at;
insert into birth_data (client_id, born_on, born_at, utc_offset, accuracy, place, country_code, position, source)
select c.id, date '1941-02-03' + ${below(25_000)}, case when ${chance(85)} then time '00:00' + ${below(1_440)} * interval '1 minute' end,
  place[4]::interval, case when ${chance(60)} then ${pick(["1 minute", "15 minutes", "2 hours", "1 day"])}::interval end, place[1], place[2],
  case when ${chance(80)} then ${position} end, (array['birth certificate', 'mother', 'memory', '', null])[1 + ${below(5)}]
from clients c, lateral (select string_to_array(${pick(birthplaces)}, '|') as place) origin, lateral (select place[3] as spot) map
where c.id > ${historical.length} order by c.id`;
}

/** Everybody's birth chart has the client's own number; then come comparisons with a partner and charts of a day. */
function charts() {
  const { below } = dice("n", 32_000);
  const people = clientCount + historical.length;
  return `
insert into charts (client_id, partner_id, kind, cast_for, positions, cusps, valid, settings)
select client, partner, kind, day,
  (select array_agg(round(angle - 360 * floor(angle / 360), 4) % 360 order by body::body)
   from ${bodies}, lateral (select day - date '2000-01-01' as days) age,
   lateral (select start + speed * days + swing * (4 * abs(days / period - floor(days / period + 0.5)) - 1) as angle) course),
  case when b.born_at is null then null when kind = 'transit' then '{}' else (select array_agg((rising * 30 + house * 30) % 360 order by house) from generate_series(0, 11) house) end,
  case kind when 'natal' then tstzrange('-infinity', 'infinity', '[]') when 'synastry' then tstzrange(day::timestamptz, null) else tstzrange(day::timestamptz, day + interval '1 month') end,
  jsonb_build_object('houses', 'whole sign', 'zodiac', 'tropical', 'orbs', jsonb_build_object('☌', 8, '☍', 8, '△', 6.5, '□', 6.5))
from (select n, 1 + (n - 1) % ${people} as client, case when n <= ${people} then 'natal' when n % 3 = 0 then 'transit' else 'synastry' end as kind, ${below(12)} as rising, 1 + ${below(people - 1)} as other
  from generate_series(1, ${people + extraCharts}) n) draft,
lateral (select case when kind = 'synastry' then other + (other >= client)::int end as partner) pair
join birth_data b on true cross join lateral (select case kind when 'transit' then date '2025-01-01' + n else b.born_on end as day) calendar
where b.client_id = client order by n;
update clients set main_chart_id = id`;
}

function interpretations() {
  const { sentences } = dice("c.id * 10 + at", 33_000);
  return `
insert into chart_interpretations (chart_id, body, longitude, sign, house, text)
select c.id, body::body, longitude, sign::sign, case when c.cusps <> '{}' then 1 + (zodiac - floor(c.cusps[1] / 30)::int + 12) % 12 end,
  body || ' in ' || sign || ', ' || floor(longitude % 30) || '°. This is about ' || theme || '. With you it happens ' || manner || '. ' || ${sentences(advice, 2)}
from charts c, unnest(c.positions) with ordinality as p(longitude, at), lateral (select floor(longitude / 30)::int as zodiac) place,
lateral (select (${quoteTexts(bodyNames)})[at] as body, (${quoteTexts(bodyThemes)})[at] as theme, (${quoteTexts(signs)})[1 + zodiac] as sign, (${quoteTexts(signManners)})[1 + zodiac] as manner) words
order by c.id, at`;
}

/** Four sessions a day with each practitioner, on weekdays, at the practice's own clock. */
function appointments() {
  const { below, chance } = dice("n", 34_000);
  return `
insert into appointments (client_id, practitioner_id, during, buffer, price, cancelled_at, reminder_at)
select ${historical.length} + 1 + ${below(clientCount)}, 1 + n % 3, tstzrange(starts, starts + (array[45, 60, 60, 90])[1 + ${below(4)}] * interval '1 minute'), ${below(4)} * interval '5 minutes',
  (array[75, 95, 95, 140, null])[1 + ${below(5)}], case when ${chance(9)} then starts - ${below(40)} * interval '1 hour' end, case when ${chance(70)} then starts - interval '1 day' else 'infinity' end
from generate_series(0, 1799) n, lateral (select n / 12 as day, (array[9, 11, 14, 16])[1 + n / 3 % 4] as hour) slot,
lateral (select (date '2026-04-06' + day / 5 * 7 + day % 5 + hour * interval '1 hour') at time zone 'Europe/Berlin' as starts) clock`;
}

/** Four for each client, the later ones now and then an answer to the first. */
function notes() {
  const { pick, below, chance } = dice("n", 35_000);
  return `
insert into notes (client_id, reply_to, chart_id, body, title, content, tags, remind_after, hidden_until, created_at)
select c.id, case when n % 4 > 1 and ${chance(50)} then n - n % 4 + 1 end, case when about_chart then c.id end, case when about_chart then ${pick(bodyNames)}::body end,
  case when ${chance(50)} then ${pick(noteTitles)} when ${chance(50)} then '' end, ${pick(noteBodies)} || case when ${chance(40)} then E'\\n\\n' || ${pick(noteBodies)} else '' end,
  case when ${chance(30)} then array[${pick(["♈", "☿ Rx", "to do", "שאלה"])}, ${pick(["2026", "💸", "naïve", ""])}] when ${chance(30)} then '{}' end,
  case when ${chance(20)} then ${pick(["14 days", "1 mon 3 days", "1 year -2 days", "6 hours"])}::interval end,
  case when ${chance(4)} then timestamptz 'infinity' else '-infinity' end, c.created_at + n % 4 * interval '17 days' + ${below(10_000)} * interval '1 minute'
from clients c, generate_series((c.id - ${historical.length} - 1) * 4, (c.id - ${historical.length}) * 4 - 1) n, lateral (select ${chance(25)} as about_chart) link
where c.id > ${historical.length} order by n`;
}
