import type { ReactNode } from "react";

/** The smallest Next application: what a bare route handler costs. */
export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
