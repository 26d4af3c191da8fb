import { entries, lines } from "./quote";

/** Mean longitude on 1 January 2000, degrees a day, and for those that stay near the Sun how far and how often they swing. */
export const bodies = `(values ('☉ Sun', 280.460, 0.9856474, 0, 1), ('☽ Moon', 218.316, 13.1763965, 0, 1),
  ('☿ Mercury', 280.460, 0.9856474, 22, 115.88), ('♀ Venus', 280.460, 0.9856474, 45, 583.92), ('♂ Mars', 355.433, 0.5240208, 0, 1),
  ('♃ Jupiter', 34.351, 0.0830853, 0, 1), ('♄ Saturn', 50.077, 0.0334442, 0, 1), ('♅ Uranus', 314.055, 0.0117281, 0, 1),
  ('♆ Neptune', 304.349, 0.0059810, 0, 1), ('♇ Pluto', 238.929, 0.0039757, 0, 1)) as bodies (body, start, speed, swing, period)`;

export const bodyNames = entries(
  "☉ Sun; ☽ Moon; ☿ Mercury; ♀ Venus; ♂ Mars; ♃ Jupiter; ♄ Saturn; ♅ Uranus; ♆ Neptune; ♇ Pluto",
);

/** What each body stands for, in the order of the bodies. */
export const bodyThemes = entries(`
  how you shine and what you want to be seen for; what you need in order to feel at home; how you think, learn and find words;
  whom and what you love, and how you show it; what you fight for and how you start; where life is generous with you;
  where you have to work for what others get as a gift; where you break with habit; where you dream and where you blur the edges;
  what you can let go of only once it has changed you`);

export const signs = entries(`
  ♈ Aries; ♉ Taurus; ♊ Gemini; ♋ Cancer; ♌ Leo; ♍ Virgo; ♎ Libra; ♏ Scorpio; ♐ Sagittarius; ♑ Capricorn; ♒ Aquarius; ♓ Pisces`);

/** The manner of each sign, in the order of the signs. */
export const signManners = entries(`
  head first, and bored by the second attempt; slowly, by touch and taste, and hard to move; in several directions at once,
  always in conversation; sideways like a crab, with a long memory; warmly, generously and in the middle of the room; with care for
  the detail that everybody else missed; by weighing both sides until it is fair; all or nothing, and never on the surface; with a
  packed suitcase and a large map; patiently, with a plan for the next ten years; from a distance, for the sake of everybody;
  without borders, as if under water`);

export const advice = entries(`
  Give it time in the coming months.; Write down what repeats itself.; Saturn's return makes this louder than usual.; Others see it
  before you do.; It helps to move, literally.; Do not decide during the retrograde phase.; The opposite sign shows what is missing.;
  Ask your mother about the year you were seven.; This is the part of the chart to come back to in autumn.; A trine softens what
  sounds hard here.; Money is only the stage on which it plays.; Rest is not a reward.`);

/** Name, birthday, time or nothing, place, country, position: charts that are read in the evening course. */
export const historical = lines(`
  Gaius Julius Caesar|0100-07-12 BC||Roma|IT|12.48,41.89
  Κλεοπάτρα Ζʹ Φιλοπάτωρ|0069-01-13 BC||Alexandria|EG|29.92,31.20
  Πλάτων|0428-05-21 BC||Athens|GR|23.73,37.98
  Ἀλέξανδρος ὁ Μέγας|0356-07-20 BC||Pella|GR|22.52,40.76
  Imperator Caesar Augustus|0063-09-23 BC|05:40|Roma|IT|12.48,41.89
  Leonardo da Vinci|1452-04-15|21:40|Vinci|IT|10.92,43.78
  Johannes Kepler|1571-12-27|14:37|Weil der Stadt|DE|8.87,48.75
  葛飾北斎|1760-10-31||江戸|JP|139.77,35.68
  Mary Shelley|1797-08-30|23:20|London|GB|-0.13,51.53
  Ada Lovelace|1815-12-10|13:00|London|GB|-0.12,51.51
  أم كلثوم|1898-12-31||طماي الزهايرة|EG|31.42,30.90
  Frida Kahlo|1907-07-06|08:30|Coyoacán|MX|-99.16,19.35
  חנה סנש|1921-07-17||בודפשט|HU|19.04,47.50`);

/** Name, country, position, offset from UTC. */
export const birthplaces = lines(`
  Berlin|DE|13.40,52.52|01:00
  Hamburg|DE|9.99,53.55|01:00
  Görlitz|DE|14.99,51.15|01:00
  Konstanz|DE|9.18,47.66|01:00
  Wien|AT|16.37,48.21|01:00
  Luzern|CH|8.31,47.05|01:00
  Lisboa|PT|-9.14,38.72|00:00
  Reykjavík|IS|-21.94,64.15|00:00
  Marseille|FR|5.37,43.30|01:00
  Palermo|IT|13.36,38.12|01:00
  Θεσσαλονίκη|GR|22.94,40.64|02:00
  İzmir|TR|27.14,38.42|03:00
  Wrocław|PL|17.03,51.11|01:00
  Львів|UA|24.03,49.84|02:00
  חיפה|IL|34.99,32.79|02:00
  القاهرة|EG|31.24,30.04|02:00
  தஞ்சாவூர்|IN|79.14,10.79|05:30
  Kathmandu|NP|85.32,27.72|05:45
  大阪|JP|135.50,34.69|09:00
  St. John's|CA|-52.71,47.56|-03:30
  Te One|NZ|-176.54,-43.95|12:45
  Montevideo|UY|-56.16,-34.90|-03:00`);

export const noteBodies = lines(`
  First session. Came because of the move; ♄ on the descendant, no surprise. Very open, laughs a lot 🙂
  Rectification: wedding in 2011 and the accident in 2016 point to a birth time about 12 minutes earlier.
  Wants the reading in writing. Send the PDF by Friday, please!
  מעדיפה לקבל את הפירוש בעברית. לשלוח עד יום חמישי 🌙
  العميلة تفضّل المواعيد مساءً بعد الساعة السادسة
  Très sceptique au début, puis deux heures de questions sur la maison VIII…
  Sprachnachricht abgehört – Rückruf erst nach dem 🌕 Vollmond, vorher „keine Entscheidungen“.
  Family constellation: 👩‍👩‍👧‍👦, three generations with ☽ in ♋. Drew a genogram; scan is in the folder.
  Paid in cash, receipt given. Next time 20 % off for the referral.
  Did not show up. Called twice, no answer.
  生まれた時間は母子手帳で確認済み。
  Asked about a date to sign the contract: ☿ is retrograde until the 18th, suggested the 21st, 10:40.
  "It was all true, but I don't believe in it." — my favourite client.
  Zażółć gęślą jaźń: the name on the certificate is written with ł, correct the file!
  Needs an interpreter (sign language 🧏🏽‍♀️). Room 2 has the better light.
  Cafe\u0301 meeting instead of the practice; the accent is two code points, do not \\"repair\\" it.`);

export const noteTitles = entries(
  "First session; Follow-up; Phone call; Birth time; Billing; ⚠️ read before next session; ♀/♂; Q & A",
);
