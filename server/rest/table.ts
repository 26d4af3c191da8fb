import type { Row, Stream } from "@/server/rest/row";
import { backupRows, backupStreams } from "@/server/rest/rows/backup";
import { browseRows, browseStreams } from "@/server/rest/rows/browse";
import { comparisonRows } from "@/server/rest/rows/comparison";
import { copyRows } from "@/server/rest/rows/copy";
import { dataRows } from "@/server/rest/rows/data";
import { dataFileRows, dataFileStreams } from "@/server/rest/rows/data-file";
import { dataStreams } from "@/server/rest/rows/data-streams";
import { destinationRows } from "@/server/rest/rows/destination";
import { discoveryRows } from "@/server/rest/rows/discovery";
import { dumpRows, dumpStreams } from "@/server/rest/rows/dump";
import { exportRows } from "@/server/rest/rows/export";
import { importRows, importStreams } from "@/server/rest/rows/import";
import { notificationRows } from "@/server/rest/rows/notification";
import { operationStreams } from "@/server/rest/rows/operations";
import { proofRows, proofStreams } from "@/server/rest/rows/proof";
import { registryRows } from "@/server/rest/rows/registry";
import { restoreRows } from "@/server/rest/rows/restore";
import { retentionRows } from "@/server/rest/rows/retention";
import { scheduleRows } from "@/server/rest/rows/schedule";
import { signInRows } from "@/server/rest/rows/sign-in";

/** Every operation of the REST API that a procedure carries out. */
export const rows: Row[] = [
  ...exportRows,
  ...registryRows,
  ...signInRows,
  ...backupRows,
  ...browseRows,
  ...comparisonRows,
  ...proofRows,
  ...restoreRows,
  ...dumpRows,
  ...dataRows,
  ...importRows,
  ...dataFileRows,
  ...destinationRows,
  ...copyRows,
  ...retentionRows,
  ...notificationRows,
  ...scheduleRows,
  ...discoveryRows,
];

/** Those that are served elsewhere. */
export const streams: Stream[] = [
  ...backupStreams,
  ...browseStreams,
  ...proofStreams,
  ...dumpStreams,
  ...dataStreams,
  ...importStreams,
  ...dataFileStreams,
  ...operationStreams,
];
