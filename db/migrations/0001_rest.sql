CREATE TYPE "control_plane"."token_scope" AS ENUM('read', 'export', 'import', 'restore', 'manage');--> statement-breakpoint
CREATE TABLE "control_plane"."one_time_links" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"hash" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "control_plane"."api_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"prefix" text NOT NULL,
	"scopes" "control_plane"."token_scope"[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
DROP INDEX "control_plane"."audit_events_by_project";--> statement-breakpoint
ALTER TABLE "control_plane"."audit_events" ADD COLUMN "token_id" uuid;--> statement-breakpoint
ALTER TABLE "control_plane"."backups" ADD COLUMN "encrypted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "control_plane"."one_time_links" ADD CONSTRAINT "one_time_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "control_plane"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."one_time_links" ADD CONSTRAINT "one_time_links_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "control_plane"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_plane"."api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "control_plane"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "one_time_links_user" ON "control_plane"."one_time_links" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_time_links_hash" ON "control_plane"."one_time_links" USING btree ("hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_hash" ON "control_plane"."api_tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "api_tokens_by_user" ON "control_plane"."api_tokens" USING btree ("user_id","created_at" desc);--> statement-breakpoint
CREATE INDEX "audit_events_by_actor" ON "control_plane"."audit_events" USING btree ("actor_id","id" desc);--> statement-breakpoint
CREATE INDEX "audit_events_by_action" ON "control_plane"."audit_events" USING btree ("action","id" desc);--> statement-breakpoint
CREATE INDEX "audit_events_by_subject" ON "control_plane"."audit_events" USING btree ("subject_id","id" desc);--> statement-breakpoint
CREATE INDEX "rate_limits_by_end" ON "control_plane"."rate_limits" USING btree ("window_ends_at");--> statement-breakpoint
CREATE INDEX "audit_events_by_project" ON "control_plane"."audit_events" USING btree ("project_id","id" desc);--> statement-breakpoint
ALTER TABLE "control_plane"."rate_limits" SET UNLOGGED;--> statement-breakpoint
CREATE FUNCTION "control_plane"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  raise exception 'audit events are never changed or removed' using errcode = 'restrict_violation';
end $$;--> statement-breakpoint
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "control_plane"."audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "control_plane"."refuse_change"();--> statement-breakpoint
CREATE FUNCTION "control_plane"."tell_job_finished"() RETURNS trigger LANGUAGE plpgsql AS $$
begin
  perform pg_notify('coffer_finished', new.id::text);
  return null;
end $$;--> statement-breakpoint
CREATE TRIGGER "jobs_finished" AFTER UPDATE OF "finished_at" ON "control_plane"."jobs"
  FOR EACH ROW WHEN (old.finished_at IS NULL AND new.finished_at IS NOT NULL)
  EXECUTE FUNCTION "control_plane"."tell_job_finished"();
