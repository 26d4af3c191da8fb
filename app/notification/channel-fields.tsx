import { fieldError } from "@/app/trpc/error";
import type { Channel, ChannelKind } from "@/app/trpc/types";
import { SecretField, TextField } from "@/app/ui/field";

type Props = { kind: ChannelKind; channel?: Channel; error: unknown };

/** What a kind of channel needs. Of one that is there already, secrets may be left empty. */
export function ChannelFields({ kind, channel, error }: Props) {
  const isNew = !channel;
  const kept = channel ? "Kept as it is" : undefined;
  const field = (name: string) => ({ name, error: fieldError(error, name) });
  const address = (
    <SecretField
      label="Address"
      {...field("url")}
      required={isNew}
      placeholder={channel?.host ? `${channel.host}/… is kept` : examples[kind]}
      hint={hints[kind]}
    />
  );
  switch (kind) {
    case "email":
      return (
        <TextField
          label="To"
          {...field("to")}
          required
          defaultValue={channel?.to?.join(", ")}
          placeholder="ops@example.org, ada@example.org"
          autoComplete="off"
          hint="Up to 20 addresses, separated by commas."
        />
      );
    case "telegram":
      return (
        <>
          <SecretField
            label="Bot token"
            {...field("botToken")}
            required={isNew}
            placeholder={kept ?? "123456:ABC-def"}
            hint="From @BotFather. The bot has to be in the chat."
          />
          <TextField
            label="Chat"
            {...field("chatId")}
            required
            defaultValue={channel?.chatId ?? undefined}
            placeholder="-1001234567890"
            autoComplete="off"
            hint="Its number, or the name of a public channel like @backups."
          />
          <TextField
            label="Bot API server"
            {...field("apiUrl")}
            type="url"
            placeholder={channel?.host ? `https://${channel.host} is kept` : "https://api.telegram.org"}
            autoComplete="off"
            hint="Only for a server of your own."
          />
        </>
      );
    case "webhook":
      return (
        <>
          {address}
          <SecretField
            label="Secret"
            {...field("secret")}
            minLength={16}
            maxLength={200}
            placeholder={kept ?? "Made for you when left empty"}
            hint="Signs every message, so that the receiver knows who it is from."
          />
        </>
      );
    case "slack":
    case "discord":
      return address;
  }
}

const examples: Partial<Record<ChannelKind, string>> = {
  slack: "https://hooks.slack.com/services/…",
  discord: "https://discord.com/api/webhooks/…",
  webhook: "https://hooks.example.org/coffer",
};

const hints: Partial<Record<ChannelKind, string>> = {
  slack: "Of an incoming webhook of Slack, or of a server that takes the same. It is a secret.",
  discord: "Of a webhook of Discord: channel settings, Integrations. It is a secret.",
  webhook: "Gets a POST with JSON. Addresses in private networks are refused unless PRIVATE_HOSTS allows them.",
};
