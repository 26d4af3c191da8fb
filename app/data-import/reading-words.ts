import type { DateOrder } from "@/app/data-import/choice";
import type { InspectedFile } from "@/app/trpc/types";

export const formats: { value: InspectedFile["format"]; name: string }[] = [
  { value: "csv", name: "CSV" },
  { value: "json", name: "JSON" },
  { value: "ndjson", name: "NDJSON, a row a line" },
];

export const packings: Record<InspectedFile["packing"], string> = {
  none: "",
  gzip: ", packed with gzip",
  zip: ", CSV files in a zip",
};

export const delimiters: { value: string; name: string }[] = [
  { value: ",", name: "Comma" },
  { value: ";", name: "Semicolon" },
  { value: "\t", name: "Tab" },
  { value: "|", name: "Vertical bar" },
];

export const encodings: { value: InspectedFile["encoding"]; name: string }[] = [
  { value: "utf-8", name: "UTF-8" },
  { value: "windows-1252", name: "Windows-1252 (Latin)" },
  { value: "utf-16le", name: "UTF-16, little end first" },
  { value: "utf-16be", name: "UTF-16, big end first" },
];

export const dateOrders: { value: DateOrder; name: string }[] = [
  { value: "ymd", name: "Year, month, day" },
  { value: "dmy", name: "Day, month, year" },
  { value: "mdy", name: "Month, day, year" },
];
