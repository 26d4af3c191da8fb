/** Our session has its own, or a server of another version does not know it. */
const ours =
  /^SET (statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout|client_min_messages|default_tablespace|default_with_oids|escape_string_warning) = ('[\w ]*'|[\w]+);$/;

/** With another value of these the script would mean something else than what was read. */
const harmless = [
  /^SET standard_conforming_strings = on;$/,
  /^SET (check_function_bodies = false|row_security = off|default_table_access_method = heap);$/,
  /^SET xmloption = (content|document);$/,
  // Those that a database can have: in others a quote may be half of a letter.
  /^SET client_encoding = '(UTF8|EUC_(CN|JP|KR|TW)|ISO_8859_[5-8]|KOI8[RU]|LATIN([1-9]|10)|WIN(866|874|125[0-8]))';$/,
];

export const isLeftOutSetting = (statement: string): boolean => ours.test(statement);

/** Whether pg_dump writes it, and it has to run. */
export const isHarmlessSetting = (statement: string): boolean => harmless.some((one) => one.test(statement));
