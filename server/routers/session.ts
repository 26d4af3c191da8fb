import { AppError } from "@/db/errors";
import { jwtSeconds, signJwt } from "@/server/jwt";
import { credentialsInput, signIn } from "@/server/sign-in";
import { publicProcedure, router } from "@/server/trpc";

export const sessionRouter = router({
  /** Gives a JWT for the API in exchange for e-mail and password. The dashboard signs in through next-auth instead. */
  logIn: publicProcedure.input(credentialsInput).mutation(async ({ ctx, input }) => {
    const user = await signIn(input, ctx);
    if (!user) throw new AppError("UNAUTHENTICATED", "The email or the password is wrong.");
    return { accessToken: await signJwt(user), tokenType: "bearer" as const, expiresIn: jwtSeconds };
  }),
});
