import { NoSuchPage } from "@/app/ui/no-such-page";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main>
      <NoSuchPage />
    </main>
  );
}
