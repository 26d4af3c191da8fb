ALTER TABLE "control_plane"."backups" ADD COLUMN "home_id" uuid;--> statement-breakpoint
ALTER TABLE "control_plane"."worker_instances" ADD COLUMN "home_id" uuid;