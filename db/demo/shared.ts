import { entries, quoteIdent, quoteText } from "./quote";

/** What the tenants lean on without owning it: their backups do not hold it, and their restores need it. */
export const sharedSchema = "shared";

const countries = entries(`
  AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL Albania; AM Armenia;
  AO Angola; AQ Antarctica; AR Argentina; AS American Samoa; AT Austria; AU Australia; AW Aruba; AX Åland Islands;
  AZ Azerbaijan; BA Bosnia and Herzegovina; BB Barbados; BD Bangladesh; BE Belgium; BF Burkina Faso; BG Bulgaria;
  BH Bahrain; BI Burundi; BJ Benin; BL Saint Barthélemy; BM Bermuda; BN Brunei; BO Bolivia; BQ Caribbean Netherlands;
  BR Brazil; BS Bahamas; BT Bhutan; BV Bouvet Island; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos Islands;
  CD Congo (Democratic Republic); CF Central African Republic; CG Congo (Republic); CH Switzerland; CI Côte d'Ivoire;
  CK Cook Islands; CL Chile; CM Cameroon; CN China; CO Colombia; CR Costa Rica; CU Cuba; CV Cabo Verde; CW Curaçao;
  CX Christmas Island; CY Cyprus; CZ Czechia; DE Germany; DJ Djibouti; DK Denmark; DM Dominica; DO Dominican Republic;
  DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; EH Western Sahara; ER Eritrea; ES Spain; ET Ethiopia; FI Finland; FJ Fiji;
  FK Falkland Islands; FM Micronesia; FO Faroe Islands; FR France; GA Gabon; GB United Kingdom; GD Grenada; GE Georgia;
  GF French Guiana; GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe;
  GQ Equatorial Guinea; GR Greece; GS South Georgia and the South Sandwich Islands; GT Guatemala; GU Guam;
  GW Guinea-Bissau; GY Guyana; HK Hong Kong; HM Heard Island and McDonald Islands; HN Honduras; HR Croatia; HT Haiti;
  HU Hungary; ID Indonesia; IE Ireland; IL Israel; IM Isle of Man; IN India; IO British Indian Ocean Territory; IQ Iraq;
  IR Iran; IS Iceland; IT Italy; JE Jersey; JM Jamaica; JO Jordan; JP Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia;
  KI Kiribati; KM Comoros; KN Saint Kitts and Nevis; KP North Korea; KR South Korea; KW Kuwait; KY Cayman Islands;
  KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho;
  LT Lithuania; LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova; ME Montenegro; MF Saint Martin;
  MG Madagascar; MH Marshall Islands; MK North Macedonia; ML Mali; MM Myanmar; MN Mongolia; MO Macao;
  MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta; MU Mauritius; MV Maldives;
  MW Malawi; MX Mexico; MY Malaysia; MZ Mozambique; NA Namibia; NC New Caledonia; NE Niger; NF Norfolk Island; NG Nigeria;
  NI Nicaragua; NL Netherlands; NO Norway; NP Nepal; NR Nauru; NU Niue; NZ New Zealand; OM Oman; PA Panama; PE Peru;
  PF French Polynesia; PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland; PM Saint Pierre and Miquelon;
  PN Pitcairn; PR Puerto Rico; PS Palestine; PT Portugal; PW Palau; PY Paraguay; QA Qatar; RE Réunion; RO Romania;
  RS Serbia; RU Russia; RW Rwanda; SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan; SE Sweden; SG Singapore;
  SH Saint Helena; SI Slovenia; SJ Svalbard and Jan Mayen; SK Slovakia; SL Sierra Leone; SM San Marino; SN Senegal;
  SO Somalia; SR Suriname; SS South Sudan; ST São Tomé and Príncipe; SV El Salvador; SX Sint Maarten; SY Syria;
  SZ Eswatini; TC Turks and Caicos Islands; TD Chad; TF French Southern Territories; TG Togo; TH Thailand; TJ Tajikistan;
  TK Tokelau; TL Timor-Leste; TM Turkmenistan; TN Tunisia; TO Tonga; TR Türkiye; TT Trinidad and Tobago; TV Tuvalu;
  TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda; UM United States Minor Outlying Islands; US United States; UY Uruguay;
  UZ Uzbekistan; VA Vatican City; VC Saint Vincent and the Grenadines; VE Venezuela; VG British Virgin Islands;
  VI US Virgin Islands; VN Vietnam; VU Vanuatu; WF Wallis and Futuna; WS Samoa; YE Yemen; YT Mayotte; ZA South Africa;
  ZM Zambia; ZW Zimbabwe`);

const currencies = entries(`
  EUR|Euro|€|2; USD|US dollar|$|2; GBP|Pound sterling|£|2; CHF|Swiss franc|Fr.|2; JPY|Japanese yen|¥|0; DKK|Danish krone|kr|2;
  SEK|Swedish krona|kr|2; NOK|Norwegian krone|kr|2; PLN|Polish złoty|zł|2; CZK|Czech koruna|Kč|2; HUF|Hungarian forint|Ft|2;
  RON|Romanian leu|lei|2; TRY|Turkish lira|₺|2; ILS|New shekel|₪|2; INR|Indian rupee|₹|2; CNY|Renminbi|¥|2; KRW|South Korean won|₩|0;
  AUD|Australian dollar|A$|2; CAD|Canadian dollar|C$|2; BRL|Brazilian real|R$|2; MXN|Mexican peso|$|2; ZAR|Rand|R|2;
  UAH|Hryvnia|₴|2; KWD|Kuwaiti dinar|د.ك|3`);

const inEu = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE";

/** Statements that make the shared schema. */
export const createShared = `
create schema ${quoteIdent(sharedSchema)};
comment on schema shared is 'Lookup data and types that every tenant refers to.';

create type shared.locale as enum ('de', 'en', 'fr', 'it', 'es', 'nl', 'pl', 'da', 'sv', 'pt', 'cs', 'tr', 'ar', 'he');
create domain shared.email_address as text
  constraint email_address_has_one_at check (value ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+$');

create table shared.currencies (
  code char(3) primary key check (code ~ '^[A-Z]{3}$'),
  name text not null unique,
  symbol text not null,
  minor_units smallint not null default 2
);
create table shared.countries (
  code char(2) primary key check (code ~ '^[A-Z]{2}$'),
  name text not null unique,
  in_eu boolean not null
);
comment on table shared.countries is 'ISO 3166-1, with the short names that people use.';

-- What a collation may not know how to lower is spelled out: the result must not depend on the server's locale.
create function shared.slugify(title text) returns text language sql immutable strict parallel safe
return trim(both '-' from regexp_replace(
  translate(lower(replace(title, 'ß', 'ss')), 'ÄÅÁÀÂÃäåáàâãÇĆČçćčÉÈÊËéèêëĞğÍÎÏİíîïıŁłÑŃñńÖØÓÔÕöøóôõŚŞŠśşšÜÚÛüúûÝýŻŹŽżźžŘř',
    'aaaaaaaaaaaacccccceeeeeeeeggiiiiiiiillnnnnoooooooooossssssuuuuuuyyzzzzzzrr'),
  '[^a-z0-9]+', '-', 'g'));

insert into shared.currencies select split_part(c, '|', 1), split_part(c, '|', 2), split_part(c, '|', 3), split_part(c, '|', 4)::smallint
from regexp_split_to_table(${quoteText(currencies.join(";"))}, ';') c;
insert into shared.countries select left(c, 2), substr(c, 4), left(c, 2) = any(string_to_array('${inEu}', ' '))
from regexp_split_to_table(${quoteText(countries.join(";"))}, ';') c;
analyze shared.countries, shared.currencies;
`;

/** Statements that remove the shared schema, without `cascade`: they fail rather than take columns from a schema that is not ours. */
export const dropShared = `
drop function if exists shared.slugify(text);
drop table if exists shared.countries, shared.currencies;
drop domain if exists shared.email_address;
drop type if exists shared.locale;
drop schema if exists shared;
`;
