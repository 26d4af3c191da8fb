import { expect, test } from "vitest";
import { keyFileName, keyFileText } from "@/app/encryption/key-file";

test("the file says what it is, and holds the secret key on a line of its own", () => {
  const pair = {
    name: "off\nsite",
    recipient: "age1x",
    identity: "AGE-SECRET-KEY-1X",
    createdAt: "2026-01-29T15:30:00Z",
  };
  expect(keyFileText(pair)).toBe(
    "# Coffer: off site\n# created: 2026-01-29T15:30:00Z\n# public key: age1x\nAGE-SECRET-KEY-1X\n",
  );
});

test("its name has nothing that a shell or a file system minds", () => {
  expect(keyFileName("offsite 2026")).toBe("offsite-2026.key.txt");
  expect(keyFileName("../$(id)")).toBe("id.key.txt");
  expect(keyFileName("ключ")).toBe("coffer.key.txt");
});
