import { inMegabytes } from "@/app/destination/destination-values";
import type { Destination } from "@/app/trpc/types";
import { SelectField, TextField } from "@/app/ui/field";
import { Foldable } from "@/app/ui/foldable";
import { PasswordField } from "@/app/ui/password-field";

type Kind = Destination["kind"];
type Settings<K extends Kind> = Extract<Destination["settings"], { kind: K }>;
type ErrorOf = (name: string) => string | null;

type Props = { kind: Kind; destination?: Destination; errorOf: ErrorOf };

/** The fields of a kind, filled with what the destination has. */
export function DestinationFields({ kind, destination, errorOf }: Props) {
  const settings = destination?.settings;
  switch (kind) {
    case "local":
      return <FolderFields settings={settings?.kind === "local" ? settings : undefined} errorOf={errorOf} />;
    case "s3":
      return <S3Fields settings={settings?.kind === "s3" ? settings : undefined} errorOf={errorOf} />;
    case "telegram":
      return <TelegramFields settings={settings?.kind === "telegram" ? settings : undefined} errorOf={errorOf} />;
  }
}

type FieldsOf<K extends Kind> = { settings?: Settings<K>; errorOf: ErrorOf };

const unchanged = (address: string) => `Left empty, it stays as it is. For another ${address} it is needed again.`;
const secretHint = "Kept encrypted, and never shown again.";

function FolderFields({ settings, errorOf }: FieldsOf<"local">) {
  return (
    <TextField
      label="Folder"
      name="folder"
      required
      defaultValue={settings?.folder}
      placeholder="/mnt/backups"
      className="font-mono"
      hint="Absolute, and the same on every host of Coffer. On another disk than the backup folder, or it is lost with it."
      error={errorOf("folder")}
    />
  );
}

function S3Fields({ settings, errorOf }: FieldsOf<"s3">) {
  return (
    <>
      <TextField
        label="Endpoint"
        name="endpoint"
        type="url"
        defaultValue={settings?.endpoint ?? ""}
        placeholder="https://s3.example.org"
        hint="Empty for Amazon's own."
        error={errorOf("endpoint")}
      />
      <div className="grid gap-4 md:grid-cols-2">
        <TextField
          label="Bucket"
          name="bucket"
          required
          defaultValue={settings?.bucket}
          autoComplete="off"
          error={errorOf("bucket")}
        />
        <TextField
          label="Region"
          name="region"
          defaultValue={settings?.region}
          placeholder="us-east-1"
          autoComplete="off"
          error={errorOf("region")}
        />
        <TextField
          label="Access key"
          name="accessKeyId"
          required
          defaultValue={settings?.accessKeyId}
          autoComplete="off"
          error={errorOf("accessKeyId")}
        />
        <PasswordField
          label="Secret key"
          name="secretAccessKey"
          required={!settings?.hasSecretAccessKey}
          autoComplete="new-password"
          hint={settings?.hasSecretAccessKey ? unchanged("endpoint") : secretHint}
          error={errorOf("secretAccessKey")}
        />
      </div>
      <Foldable summary="More options">
        <div className="flex flex-col gap-4">
          <TextField
            label="Prefix"
            name="prefix"
            defaultValue={settings ? settings.prefix : "coffer"}
            hint="A folder in the bucket. Coffer touches nothing outside of it."
            error={errorOf("prefix")}
          />
          <SelectField
            label="Addressing"
            name="addressing"
            defaultValue={settings?.pathStyle === false ? "host" : "path"}
          >
            <option value="path">The bucket in the path, which every server knows</option>
            <option value="host">The bucket in the host's name</option>
          </SelectField>
        </div>
      </Foldable>
    </>
  );
}

function TelegramFields({ settings, errorOf }: FieldsOf<"telegram">) {
  return (
    <>
      <PasswordField
        label="Bot's token"
        name="botToken"
        required={!settings?.hasBotToken}
        autoComplete="new-password"
        hint={settings?.hasBotToken ? unchanged("server") : `From @BotFather. ${secretHint}`}
        error={errorOf("botToken")}
      />
      <TextField
        label="Chat"
        name="chatId"
        required
        defaultValue={settings?.chatId}
        placeholder="-1001234567890"
        autoComplete="off"
        hint="The number of a group or channel that the bot may write to, or @ and a channel's name. Whoever reads it can take the files: encrypt your backups."
        error={errorOf("chatId")}
      />
      <Foldable summary="More options">
        <div className="flex flex-col gap-4">
          <TextField
            label="Bot API server"
            name="apiUrl"
            type="url"
            defaultValue={settings?.apiUrl}
            placeholder="https://api.telegram.org"
            hint="One of your own takes files of 2000 MB instead of 50, and gives back as large ones instead of 20."
            error={errorOf("apiUrl")}
          />
          <div className="grid gap-4 md:grid-cols-2">
            <TextField
              label="Largest upload, MB"
              name="uploadMax"
              type="number"
              min={1}
              max={2097}
              step="any"
              defaultValue={settings ? inMegabytes(settings.uploadMaxBytes) : undefined}
              placeholder="50"
              error={errorOf("uploadMaxBytes")}
            />
            <TextField
              label="Largest download, MB"
              name="downloadMax"
              type="number"
              min={1}
              max={2097}
              step="any"
              defaultValue={settings ? inMegabytes(settings.downloadMaxBytes) : undefined}
              placeholder="20"
              error={errorOf("downloadMaxBytes")}
            />
          </div>
        </div>
      </Foldable>
    </>
  );
}
