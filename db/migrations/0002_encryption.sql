CREATE TABLE "control_plane"."encryption_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"recipient" text NOT NULL,
	"identity" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "encryption_keys_recipient_is_public" CHECK ("control_plane"."encryption_keys"."recipient" like 'age1%')
);
--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD COLUMN "recipients" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "encryption_keys_recipient" ON "control_plane"."encryption_keys" USING btree ("recipient");--> statement-breakpoint
CREATE INDEX "backups_by_encryption" ON "control_plane"."backups" USING btree ("encrypted","created_at" desc,"id" desc);--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD CONSTRAINT "backups_encrypted_for_somebody" CHECK ("control_plane"."backups"."encrypted" = (cardinality("control_plane"."backups"."recipients") > 0));