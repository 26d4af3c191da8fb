import { expect, test } from "vitest";
import { signInError } from "@/app/login/sign-in-error";

test("somebody without an account is told whom to ask", () => {
  expect(signInError("AccessDenied")).toBe(
    "There is no account for this address. Ask an administrator for an invitation.",
  );
});

test.each(["OAuthSignin", "OAuthCallback", "Callback", "Configuration"])(
  "%s is the other site's, or a set-up's",
  (code) => expect(signInError(code)).toMatch(/^The other site could not sign you in\./),
);

test("what is not known is told without its words", () => {
  expect(signInError("<b>Send me your password</b>")).toBe("Signing in did not work. Try again.");
  expect(signInError(undefined)).toBeNull();
});
