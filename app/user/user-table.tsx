"use client";

import type { User } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { formatCount } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";
import { useCurrentUser } from "@/app/user/current-user";
import { UserActions } from "@/app/user/user-actions";
import { roleWord, stateOf } from "@/app/user/user-words";

export function UserTable({ users }: { users: User[] }) {
  return (
    <Table
      label="Users"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Email</Head>
          <Head from="md">Role</Head>
          <Head>State</Head>
          <Head from="md">Last sign-in</Head>
          <Head numeric from="lg">
            Projects
          </Head>
          <Head>
            <span className="sr-only">Actions</span>
          </Head>
        </>
      }
    >
      {users.map((user) => (
        <UserRow key={user.id} user={user} />
      ))}
    </Table>
  );
}

function UserRow({ user }: { user: User }) {
  const isMe = useCurrentUser().id === user.id;
  const { tone, word } = stateOf(user);
  return (
    <Row>
      <Cell className="w-1/3 max-w-0 py-1 max-md:w-full">
        <span className="flex min-w-0 items-center gap-2">
          <span title={user.name} className="truncate font-medium text-base">
            {user.name}
          </span>
          {isMe && <Badge>You</Badge>}
        </span>
        <span className="block truncate text-muted text-xs md:hidden">{user.email}</span>
        <span className="block text-muted text-xs md:hidden">{roleWord(user.role)}</span>
      </Cell>
      <Cell from="md" className="max-w-0 w-1/3">
        <span title={user.email} className="block truncate text-muted">
          {user.email}
        </span>
      </Cell>
      <Cell from="md">{roleWord(user.role)}</Cell>
      <Cell>
        <StatusMark tone={tone}>{word}</StatusMark>
      </Cell>
      <Cell from="md">{user.lastSignInAt ? <RelativeTime time={user.lastSignInAt} /> : "Never"}</Cell>
      <Cell numeric from="lg">
        {/* Their membership says nothing: they may do everything everywhere. */}
        {user.role === "admin" ? "All" : formatCount(user.projects)}
      </Cell>
      <Cell numeric className="w-10">
        <UserActions user={user} />
      </Cell>
    </Row>
  );
}
