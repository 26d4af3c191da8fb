import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "@/server/root";

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

export type CurrentUser = NonNullable<Outputs["user"]["me"]>;

export type Project = Outputs["project"]["list"][number];
export type ProjectDetails = Outputs["project"]["get"];
export type Permission = ProjectDetails["permissions"][number];
export type Member = Outputs["member"]["list"][number];
export type Candidate = Outputs["member"]["candidates"][number];
export type FoundSchema = Outputs["project"]["discover"][number];
export type NewProjects = Inputs["project"]["add"];

export type Job = Outputs["job"]["getStatus"];
export type JobSummary = Outputs["job"]["list"]["items"][number];
export type JobStatus = Job["status"];
export type JobStep = Job["steps"][number];
export type JobProgress = NonNullable<Job["progress"]>;
export type JobFilter = Pick<NonNullable<Inputs["job"]["list"]>, "projectId" | "status">;

export type Backup = Outputs["backup"]["listBackups"]["items"][number];
export type Fall = NonNullable<Backup["fall"]>;
export type BackupDetails = Outputs["backup"]["get"];
export type BackupChange = Inputs["backup"]["change"];
export type BackupFilter = Inputs["backup"]["totals"];
export type BackupFormat = Backup["format"];
export type BackupCompression = Backup["compression"];

export type ListedTable = Outputs["browse"]["listing"][number];
export type FirstRows = Outputs["browse"]["rows"];

export type DataTable = Outputs["data"]["tables"][number];

export type ExportedFile = Outputs["data"]["exportOfJob"];
export type DataExport = Inputs["data"]["startExport"];

export type InspectedFile = Outputs["dataFile"]["inspect"];
export type FileHints = Pick<Inputs["dataFile"]["inspect"], "format" | "delimiter" | "encoding">;
export type TargetTable = InspectedFile["targets"][number];
export type RowImport = Outputs["dataImport"]["ofJob"];
export type ImportReport = NonNullable<RowImport["report"]>;
export type ImportWish = Omit<Inputs["dataImport"]["check"], "projectId" | "idempotencyKey" | "purpose">;

export type Comparison = Outputs["comparison"]["structure"];

export type RowComparison = Outputs["comparison"]["list"][number];

export type Cleanup = Outputs["cleanup"]["run"];
export type CleanupPolicy = Omit<Inputs["cleanup"]["run"], "projectId" | "timeZone" | "dryRun" | "planId">;

export type Schedule = Outputs["schedule"]["list"][number];
export type NewSchedule = Inputs["schedule"]["create"];
export type Proposals = Outputs["discovery"]["proposals"][number];
export type DatabaseSettings = Inputs["database"]["configure"];

export type BackupStatus = Outputs["stats"]["status"];
export type DayFigures = Outputs["stats"]["figures"]["perDay"][number];
export type ProjectFigures = Outputs["stats"]["figures"]["perProject"][number];
export type Proof = Outputs["proof"]["get"];
export type ProofTable = NonNullable<NonNullable<Proof["restored"]>["proof"]>["tables"][number];

export type Preflight = Outputs["restore"]["preflight"];
export type PreflightFinding = Preflight["findings"][number];
export type Restore = Outputs["restore"]["ofJob"];

export type ExportOptions = Inputs["export"]["startExport"];
export type ExportEstimate = Outputs["export"]["estimate"];

export type ApiToken = Outputs["token"]["list"][number];
export type NewToken = Inputs["token"]["create"];
export type MadeToken = Outputs["token"]["create"];
export type TokenScope = ApiToken["scopes"][number];

export type EncryptionKey = Outputs["encryption"]["list"][number];
export type MadeKey = Outputs["encryption"]["generate"];

export type User = Outputs["user"]["list"][number];
export type OneTimeLink = Outputs["user"]["resetPassword"];
export type Invited = Outputs["invitation"]["get"];

export type Channel = Outputs["notification"]["channels"][number];
export type ChannelKind = Channel["kind"];
export type NewChannel = Inputs["notification"]["addChannel"];
export type ChannelRule = Channel["rules"][number];
export type NotificationEvent = ChannelRule["event"];
export type Delivery = Outputs["notification"]["deliveries"]["items"][number];

export type AuditEvent = Outputs["audit"]["list"]["items"][number];

export type Destination = Outputs["destination"]["list"][number];
export type DestinationTest = Inputs["destination"]["test"];
export type DestinationChoice = Outputs["destination"]["choices"][number];
export type CopyOfJob = Outputs["copy"]["ofJob"];
export type BackupCopy = Outputs["copy"]["list"][number];

export type Database = Outputs["database"]["list"][number];
export type LostCopies = Outputs["copy"]["lost"];
export type NewDatabase = Inputs["database"]["add"];
export type Connection = NewDatabase["connection"];
