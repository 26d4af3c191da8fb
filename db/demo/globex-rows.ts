import { dice, noise } from "./dice";
import { clauses, depots, forms, goods, models, remarks, repairs, trades } from "./globex-words";
import { asciiName, firstNames, lastNames, places, streetIn } from "./people";
import { quoteTexts } from "./quote";

const vehicleCount = 620;
const driverCount = 840;
const customerCount = 2_400;
const shipmentCount = 168_000;
const documentCount = 4_200;

/** The carrier's rows, in an order in which each finds what it is made from. */
export const globexRows = [
  depotRows(),
  vehicles(),
  drivers(),
  customers(),
  shipments(),
  trackingEvents(),
  invoices(),
  documents(),
  maintenanceLogs(),
];

function depotRows() {
  const { between } = dice("at", 20_000);
  return `
insert into depots (code, name, country_code, position, docks)
select upper(left(${asciiName("place[1]")}, 3)) || lpad(at::text, 2, '0'), place[1], place[2], point(place[3]::float8, place[4]::float8), ${between(8, 64)}
from unnest(${quoteTexts(depots)}) with ordinality as d(depot, at), lateral (select string_to_array(depot, '|') as place) parts order by at`;
}

function vehicles() {
  const { pick, below, between, chance } = dice("n", 21_000);
  return `
insert into vehicles (depot_id, plate, vin, model, kind, payload, in_service, odometer_km)
select 1 + ${below(depots.length)}, ${pick(["HH", "B", "L", "M", "K", "F", "S", "N", "DO", "HB"])} || '-GX ' || (1000 + n),
  translate(upper(left(model[1], 1) || left(md5('vin ' || n), 16)), 'IOQ', '123'), model[1], model[2]::vehicle_kind, model[3]::numeric,
  daterange(bought, case when ${chance(12)} then bought + ${between(900, 2_000)} end), ${between(9_000, 780_000)}
from generate_series(1, ${vehicleCount}) n, lateral (select string_to_array(${pick(models)}, '|') as model, date '2016-03-01' + n * 6 as bought) choice`;
}

function drivers() {
  const { pick, below, chance } = dice("n", 22_000);
  return `
insert into drivers (depot_id, mentor_id, name, email, locale, licence_classes, licence_valid_until, hired_on)
select 1 + ${below(depots.length)}, case when n > 50 and ${chance(70)} then 1 + ${below("(n - 1)")} end, first || ' ' || last,
  ${asciiName("first")} || '.' || ${asciiName("last")} || n || '@globex.example', ${pick(["de", "de", "de", "pl", "cs", "fr", "it", "tr"])}::shared.locale,
  case when ${chance(60)} then array['B', 'C', 'CE'] when ${chance(50)} then array['B', 'C1'] else array['B'] end,
  date '2027-01-15' + ${below(1_700)}, date '2009-02-01' + n * 7
from generate_series(1, ${driverCount}) n, lateral (select ${pick(firstNames)} as first, ${pick(lastNames)} as last) person`;
}

function customers() {
  const { pick, below, chance, digits, between } = dice("n", 23_000);
  return `
insert into customers (company, contact, email, street, postcode, city, country_code, payment_days, credit_limit)
select founder || ' ' || trade || ' ' || form, ${pick(firstNames)} || ' ' || ${pick(lastNames)},
  ${pick(["dispo", "logistik", "versand", "info", "export"])} || '@' || ${asciiName("founder || trade")} || n || '.example',
  ${streetIn("place[4]", pick)} || ' ' || ${between(1, 220)}, place[2] || left(${digits(4)}, place[3]::int), place[1], place[4],
  (array[14, 30, 30, 30, 60])[1 + ${below(5)}], case when ${chance(80)} then (1 + ${below(60)}) * 2500 end
from generate_series(1, ${customerCount}) n, lateral (select string_to_array(${pick(places)}, '|') as place,
  ${pick(lastNames)} || case when ${chance(25)} then ' & ' || ${pick(["Söhne", "Partner", "Töchter", "Co", "Fils"])} else '' end as founder,
  ${pick(trades)} as trade, ${pick(forms)} as form) company`;
}

function shipments() {
  const { pick, below, between, chance, skewed } = dice("n", 24_000);
  return `
insert into shipments (tracking_number, customer_id, from_depot_id, to_depot_id, vehicle_id, driver_id, goods, packages, weight, dimensions_cm,
  temperature_c, booked_at, promised_on)
select 'GX' || lpad((n * 37 + 100000000)::text, 10, '0') || 'EU', 1 + ${skewed(customerCount)}, 1 + origin, 1 + (origin + ${between(1, depots.length - 1)}) % ${depots.length},
  case when ${chance(96)} then 1 + ${below(vehicleCount)} end, 1 + ${below(driverCount)}, load, packages, packages * ${between(8, 9_000)} / 10.0,
  array[${between(20, 240)}, ${between(20, 120)}, ${between(10, 220)}],
  case when load like '%2-8 °C' then '[2,8]' when load like '%-18 °C' then '[-25,-17]' end::int4range, booked, booked::date + ${between(1, 5)}
from generate_series(1, ${shipmentCount}) n,
lateral (select ${pick(goods)} as load, ${below(depots.length)} as origin, 1 + ${skewed(30)} as packages,
  timestamptz '2024-01-02 05:00+00' + n * interval '8 minutes 48 seconds' + ${below(3_600)} * interval '1 second' as booked) choice`;
}

/** Every shipment is announced, picked up, goes through some depots and is delivered, now and then at the second attempt. */
function trackingEvents() {
  const trip = dice("id", 25_000);
  const { below, between, chance, pick } = dice("s.id * 16 + stop", 25_100);
  return `
insert into tracking_events (shipment_id, depot_id, kind, occurred_at, position, readings, remark)
select s.id, case when kind in ('arrived_at_depot', 'left_depot', 'customs') then depot end, kind::event_kind,
  s.booked_at + stop * interval '5 hours 10 minutes' + ${below(12_000)} * interval '1 second',
  point((places[depot])[0] + ${below(9_000)} / 1e4::float8, (places[depot])[1] + ${below(6_000)} / 1e4::float8),
  format('{"scanner": "ZT-%s", "rssi": -%s, "battery": %s, "fw": "%s"%s}', ${below(4_000)}, ${between(40, 110)}, ${below(101)},
    ${pick(["4.2.1", "4.2.1", "4.3.0", "5.0.0-rc2"])}, ', "temperature": ' || lower(s.temperature_c) + ${below(6)})::jsonb,
  case when kind = 'delivery_failed' or ${chance(4)} then ${pick(remarks)} end
from (select array_agg(position order by id) as places from depots) d,
(select *, 5 + ${trip.skewed(6)} as stops from shipments order by id) s, generate_series(1, stops) stop,
lateral (select case when stop = 1 then 'announced' when stop = 2 then 'picked_up' when stop = stops then 'delivered'
    when stop = stops - 1 then 'out_for_delivery' when stop = stops - 2 and ${chance(6)} then 'delivery_failed'
    when stop = 4 and s.from_depot_id in (12, 13) then 'customs' when stop % 2 = 1 then 'arrived_at_depot' else 'left_depot' end as kind,
  case when stop * 2 <= stops then s.from_depot_id else s.to_depot_id end as depot offset 0) step`;
}

/** The lines first, one for each shipment of a customer and month: an invoice is the sum of them. */
function invoices() {
  const { between } = dice("s.id", 26_000);
  const { chance, below } = dice("id", 26_500);
  return `
insert into invoice_lines (invoice_id, line, shipment_id, description, amount)
select dense_rank() over (order by date_trunc('month', booked_at), customer_id), row_number() over (partition by date_trunc('month', booked_at), customer_id order by s.id),
  s.id, 'Carriage ' || s.tracking_number || ', ' || s.packages || ' pcs, ' || s.weight || ' kg', round(18 + s.weight * ${between(9, 31)} / 100, 2)
from shipments s order by 1, 2;
insert into invoices (id, number, customer_id, currency, issued_on, due_on, net, tax, paid_on)
select id, 'RE-' || to_char(issued, 'YYYY-MM') || '-' || lpad(id::text, 6, '0'), customer_id, currency, issued, issued + days, net, tax,
  case when ${chance(2)} then null when issued < date '2026-09-15' then issued + ${below(45)} when ${chance(40)} and issued < date '2026-10-15' then issued + ${below(25)} end
from (select l.invoice_id as id, s.customer_id, (date_trunc('month', min(s.booked_at)) + interval '1 month - 1 day')::date as issued, sum(l.amount) as net
  from invoice_lines l join shipments s on s.id = l.shipment_id group by 1, 2) bill,
lateral (select case country_code when 'CH' then 'CHF' when 'DK' then 'DKK' when 'SE' then 'SEK' when 'PL' then 'PLN' when 'CZ' then 'CZK' else 'EUR' end as currency,
  payment_days as days, case when country_code = 'DE' then round(net * 0.19, 2) else 0 end as tax from customers c where c.id = bill.customer_id) terms
order by id;
select setval('invoices_id_seq', max(id)) from invoices`;
}

/** Text that shrinks and scans that do not, as both are in any archive of papers. */
function documents() {
  const { pick, sentences, between, chance, below } = dice("n", 27_000);
  const part = dice("n * 1000 + i", 27_500);
  const pdf = "%PDF-1.7\\n1 0 obj\\n<< /Type /XObject /Subtype /Image /Filter /DCTDecode >>\\nstream\\n";
  return `
insert into documents (shipment_id, kind, file_name, full_text, scan, created_at)
select s.id, kind, kind || '-' || s.tracking_number || '.pdf',
  'CMR ' || s.tracking_number || E'\\n\\nSender: ' || c.company || E'\\nConsignee: ' || d.name || E'\\nGoods: ' || s.goods || E'\\n\\nPacking list\\n' ||
    (select string_agg(format('%s. %s x %s x %s cm, %s kg', i, ${part.between(20, 240)}, ${part.between(20, 120)}, ${part.between(10, 220)}, ${part.between(1, 900)}), E'\\n' order by i)
     from generate_series(1, ${between(20, 220)}) i) || E'\\n\\n' || ${sentences(clauses, 4)},
  case when ${chance(85)} then convert_to(E'${pdf}', 'utf8') || ${noise("n", between(80, 300))} || convert_to(E'\\nendstream\\nendobj\\n%%EOF\\n', 'utf8') end,
  s.booked_at + ${below(60)} * interval '1 hour'
from generate_series(1, ${documentCount}) n, lateral (select ${pick(["waybill", "waybill", "proof_of_delivery", "customs_declaration"])} as kind) choice
join shipments s on true join customers c on c.id = s.customer_id join depots d on d.id = s.to_depot_id
where s.id = n * ${Math.floor(shipmentCount / documentCount)} order by n`;
}

function maintenanceLogs() {
  const { below, between, chance, sentences } = dice("v.id * 100 + visit", 28_000);
  return `
insert into maintenance_logs (vehicle_id, done_on, odometer_km, cost, work)
select v.id, done_on, v.odometer_km * visit / 50, ${between(4_500, 380_000)} / 100.0, case when ${chance(50)} then ${sentences(repairs, 3)} else ${sentences(repairs, 2)} end
from vehicles v, generate_series(1, 50) visit, lateral (select lower(v.in_service) + visit * 78 + ${below(60)} as done_on) calendar
where done_on < date '2026-10-31' order by v.id, visit`;
}
