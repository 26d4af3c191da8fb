"use client";

import type { User } from "@/app/trpc/types";
import { formatCount } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";
import { PersonCells } from "@/app/user/person-cells";
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
          <ActionsHead />
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
  const { tone, word } = stateOf(user);
  return (
    <Row>
      <PersonCells person={user} below={roleWord(user.role)} />
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
