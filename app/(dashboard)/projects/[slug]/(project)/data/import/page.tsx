import type { Metadata } from "next";
import { ImportPage } from "@/app/data-import/import-page";
import { projectTitle } from "@/app/project/project-title";

type Props = { params: Promise<{ slug: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Import rows into ${await projectTitle((await params).slug)}`,
});

export default async function ImportRowsPage({ params }: Props) {
  return <ImportPage slug={(await params).slug} />;
}
