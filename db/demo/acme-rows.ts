import {
  agents,
  assortment,
  colours,
  customerNotes,
  harshWords,
  kindWords,
  orderNotes,
  praises,
  series,
  verdicts,
} from "./acme-words";
import { dice, noise } from "./dice";
import { asciiName, firstNames, lastNames, mailDomains, places, streetIn } from "./people";
import { quoteTexts } from "./quote";

const customerCount = 12_000;
const productCount = 1_500;
const orderCount = 62_000;
const couponCount = 195;
const cartCount = 4_200;

/** The last day that anything happened in the shop. */
const today = "date '2026-10-31'";

/** The shop's rows, in an order in which each finds what it is made from. */
export const acmeRows = [
  customers(),
  addresses(),
  categories(),
  products(),
  images(),
  stock(),
  coupons(),
  carts(),
  orders(),
  payments(),
  reviews(),
];

function customers() {
  const { pick, chance, below, digits } = dice("n", 1_000);
  return `
insert into customers (email, first_name, last_name, phone, locale, preferences, note, created_at, updated_at)
select ${asciiName("first")} || '.' || ${asciiName("last")} || n || '@' || ${pick(mailDomains)}, first, last,
  case when ${chance(70)} then '+49 1' || ${pick(["51", "52", "60", "62", "70", "76"])} || ' ' || ${digits(8)} end,
  ${pick(["de", "de", "de", "en", "fr", "it", "es", "nl", "pl", "tr"])}::shared.locale,
  jsonb_build_object('newsletter', ${chance(40)}, 'theme', ${pick(["light", "dark", "system"])},
    'favourites', jsonb_build_array(1 + ${below(productCount)}, 1 + ${below(productCount)})),
  case when ${chance(6)} then ${pick(customerNotes)} end, created, created + ${below(40_000)} * interval '1 minute'
from generate_series(1, ${customerCount}) n,
lateral (select ${pick(firstNames)} as first, ${pick(lastNames)} as last,
  timestamptz '2022-01-02 08:00+00' + n * interval '3 hours 27 minutes' + ${below(9_000)} * interval '1 second' as created) person`;
}

/** Everybody's first address has the customer's own number; orders count on it. */
function addresses() {
  const { pick, between, chance, skewed, digits } = dice("n", 2_000);
  return `
insert into addresses (customer_id, street, house_number, postcode, city, country_code, is_default)
select case when n <= ${customerCount} then n else 1 + ${skewed(customerCount)} end, ${streetIn("place[4]", pick)},
  ${between(1, 140)} || case when ${chance(15)} then ${pick(["a", "b", "c", " Hinterhaus"])} else '' end,
  place[2] || left(${digits(4)}, place[3]::int), place[1], place[4], n <= ${customerCount}
from generate_series(1, ${customerCount + 4_000}) n, lateral (select string_to_array(${pick(places)}, '|') as place) city`;
}

function categories() {
  const wares = `unnest(${quoteTexts(assortment)}) with ordinality as w(ware, at)`;
  return `
insert into categories (name)
select split_part(ware, '|', 1) from ${wares} group by 1 order by min(at);
insert into categories (parent_id, name)
select c.id, split_part(ware, '|', 2) from ${wares} join categories c on c.name = split_part(ware, '|', 1) order by at`;
}

function products() {
  const { pick, sentences, between, chance, below } = dice("n", 3_000);
  const kinds = assortment.length;
  return `
insert into products (category_id, sku, name, description, price, attributes, tags, discontinued_on, created_at, updated_at)
select c.id, kind[3] || '-' || (10000 + n * 7), article || ' ' || model,
  'The ' || article || ' ' || model || ' in ' || material || '. ' || ${sentences(praises, 3)},
  round(kind[4]::numeric * ${between(45, 210)} / 100) - (array[0.05, 0.10, 0.50, 0])[1 + ${below(4)}],
  jsonb_build_object('material', material, 'colour', ${pick(colours)}, 'width_cm', kind[5]::int * ${between(70, 130)} / 100, 'care', kind[6]),
  array[lower(kind[1]), material] || case when ${chance(20)} then array['new'] else '{}' end,
  case when ${chance(5)} then date '2024-03-01' + ${below(700)} end, made, made + ${below(1_700)} * interval '1 day'
from generate_series(0, ${productCount - 1}) n,
lateral (select string_to_array((${quoteTexts(assortment)})[1 + n % ${kinds}], '|') as kind,
  (${quoteTexts(series)})[1 + n / ${kinds * 6} % ${series.length}] as model,
  timestamptz '2021-06-01 09:00+00' + n * interval '2 hours' as made) base,
lateral (select (string_to_array(kind[8], ','))[1 + n / ${kinds} % 6] as article, string_to_array(kind[7], ',') as materials) list,
lateral (select materials[1 + ${below("cardinality(materials)")}] as material) choice
join categories c on true where c.name = kind[2] order by n`;
}

/** One photograph of each product and a second one of some: a JPEG's first and last bytes around ones that look random. */
function images() {
  const { between } = dice("p.id * 2 + position", 4_000);
  return `
insert into product_images (product_id, position, file_name, content)
select p.id, position, p.slug || '-' || position || '.jpg',
  '\\xffd8ffe000104a46494600010100004800480000'::bytea || ${noise("p.id * 2 + position", between(40, 170))} || '\\xffd9'
from products p, generate_series(1, 2) position where position = 1 or p.id % 3 = 0 order by p.id, position`;
}

function stock() {
  const { below, skewed, chance, pick, digits } = dice("p.id * 3 + at", 5_000);
  return `
insert into inventory (product_id, warehouse, on_hand, reserved, shelf)
select p.id, warehouse, on_hand, least(on_hand, ${below(6)}), case when ${chance(92)} then ${pick([..."ABCDEFGH"])} || '-' || ${digits(2)} || '-' || ${digits(1)} end
from products p, unnest(array['Hamburg', 'Wien', 'Lyon']) with ordinality as w(warehouse, at), lateral (select ${skewed(120)} as on_hand) pile
order by p.id, at`;
}

function coupons() {
  const { pick, below, chance } = dice("n", 6_000);
  return `
insert into coupons (code, percent_off, valid, max_uses)
select ${pick(["SPRING", "SUMMER", "AUTUMN", "WINTER", "HELLO", "SORRY", "FRIEND"])} || '-' || upper(left(md5(n::text), 5)),
  (array[5, 7.5, 10, 15, 20, 25])[1 + ${below(6)}], daterange(first_day, first_day + 10 + ${below(80)}), case when ${chance(60)} then 50 + ${below(950)} end
from generate_series(1, ${couponCount}) n, lateral (select date '2022-01-10' + n * 9 as first_day) start`;
}

function carts() {
  const { pick, chance, below, skewed } = dice("n", 7_000);
  const item = dice("n * 10 + i", 7_500);
  return `
insert into carts (id, customer_id, items, user_agent, updated_at)
select md5('cart ' || n)::uuid, case when ${chance(60)} then 1 + ${below(customerCount)} end,
  (select jsonb_agg(jsonb_build_object('sku', p.sku, 'name', p.name, 'price', p.price, 'quantity', ${item.between(1, 4)}, 'options',
    jsonb_build_object('gift_wrap', ${item.chance(10)}, 'colour', p.attributes->'colour')) order by i)
   from generate_series(1, 1 + n % 6) i join products p on p.id = 1 + ${item.skewed(productCount)}),
  ${pick(agents)}, ${today} - ${skewed(90)} + ${below(86_400)} * interval '1 second'
from generate_series(1, ${cartCount}) n`;
}

/**
 * The lines first: an order's total is the sum of them. More orders each year, in the order of their days. Customers who
 * have been there longer order more, nobody before the account was made, and a coupon is one that was valid on the day.
 */
function orders() {
  const { skewed, chance, pick } = dice("order_id", 8_000);
  const draft = dice("n", 8_300);
  const item = dice("n * 10 + line", 8_600);
  return `
insert into order_items (order_id, ordered_on, line, product_id, quantity, unit_price)
select n, day, line, p.id, case when ${item.chance(75)} then 1 else 1 + ${item.skewed(6)} end, p.price
from generate_series(1, ${orderCount}) n,
lateral (select date '2022-01-03' + (1762 * sqrt(n::float8 / ${orderCount}))::int as day) calendar, generate_series(1, 1 + ${draft.skewed(5)}) line
join products p on true where p.id = 1 + ${item.skewed(productCount)} order by n, line;
insert into orders (id, ordered_on, customer_id, address_id, coupon_id, status, shipping, total, note)
select order_id, ordered_on, customer, customer, coupon, (case
    when ${chance(3)} then 'cancelled'
    when ordered_on > ${today} - 4 then ${pick(["pending", "paid", "paid", "packed"])}
    when ordered_on > ${today} - 12 then ${pick(["packed", "shipped", "shipped", "delivered"])}
    when ordered_on < ${today} - 30 and ${chance(5)} then 'returned' else 'delivered' end)::order_status,
  shipping, round(goods * (100 - coalesce(c.percent_off, 0)) / 100, 2) + shipping, case when ${chance(7)} then ${pick(orderNotes)} end
from (select order_id, ordered_on, sum(amount) as goods from order_items group by order_id, ordered_on) i,
lateral (select least(${customerCount}, ((ordered_on - date '2022-01-02') * 24 - 11) * 20 / 69) as customers) then_known,
lateral (select 1 + ${skewed("customers")} as customer, case when goods >= 100 then 0 else 4.90 end as shipping,
  case when ${chance(12)} then (ordered_on - date '2022-01-10') / 9 end as coupon) choice
left join coupons c on c.id = coupon order by order_id;
select setval('orders_id_seq', ${orderCount})`;
}

function payments() {
  const { pick, below } = dice("o.id", 9_000);
  return `
insert into payments (order_id, ordered_on, method, amount, reference, paid_at, refunded_at)
select o.id, o.ordered_on, method::payment_method, o.total, case method when 'card' then 'ch_' when 'paypal' then 'PAYID-' else 'RF18-' end || left(md5('payment ' || o.id), 24),
  paid_at, case when o.status = 'returned' then paid_at + (3 + ${below(20)}) * interval '1 day' end
from orders o, lateral (select ${pick(["card", "card", "card", "paypal", "paypal", "invoice", "bank_transfer", "gift_card"])} as method,
  o.ordered_on + ${below(86_400)} * interval '1 second' as paid_at) payment
where o.status not in ('pending', 'cancelled') order by o.id`;
}

/** Written by people who bought the thing, a week or more later. */
function reviews() {
  const { below, skewed, chance, sentences } = dice("i.order_id * 10 + line", 10_000);
  return `
insert into reviews (product_id, customer_id, rating, title, body, created_at)
select i.product_id, o.customer_id, stars, case when ${chance(80)} then split_part((${quoteTexts(verdicts)})[stars], '|', 1 + ${below(2)}) end,
  case when stars > 3 then ${sentences(kindWords, 3)} when ${chance(60)} then ${sentences(harshWords, 3)} else ${sentences(harshWords, 2)} end,
  o.ordered_on + (7 + ${skewed(50)}) * interval '1 day' + ${below(86_400)} * interval '1 second'
from order_items i join orders o on o.id = i.order_id and o.ordered_on = i.ordered_on, lateral (select 5 - ${skewed(5)} as stars) rating
where o.status = 'delivered' and i.ordered_on < ${today} - 60 and ${chance(12)} order by i.order_id, line`;
}
