import type { Metadata } from "next";
import { ProjectSettings } from "@/app/project/project-settings";
import { projectTitle } from "@/app/project/project-title";

type Props = { params: Promise<{ slug: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Settings of ${await projectTitle((await params).slug)}`,
});

export default async function SettingsPage({ params }: Props) {
  return <ProjectSettings slug={(await params).slug} />;
}
