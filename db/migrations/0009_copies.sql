ALTER TYPE "control_plane"."job_kind" ADD VALUE 'copy_backup';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'fetch_backup';--> statement-breakpoint
ALTER TYPE "control_plane"."job_kind" ADD VALUE 'verify_copy';