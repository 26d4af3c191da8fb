"use client";

import type { ReactNode } from "react";
import { MemberActions } from "@/app/member/member-actions";
import { permissionNames } from "@/app/member/permission-words";
import type { Member, Permission } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";
import { useCurrentUser } from "@/app/user/current-user";

type Props = {
  slug: string;
  members: Member[];
  /** What the one who looks may do. */
  mine: Permission[];
  canManage: boolean;
};

export function MemberTable({ slug, members, mine, canManage }: Props) {
  return (
    <Table
      label="Members"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Email</Head>
          <Head>Permissions</Head>
          <Head from="lg">Member since</Head>
          {canManage && (
            <Head>
              <span className="sr-only">Actions</span>
            </Head>
          )}
        </>
      }
    >
      {members.map((member) => (
        <MemberRow key={member.id} member={member}>
          {canManage && (
            <Cell numeric className="w-10">
              <MemberActions slug={slug} member={member} mine={mine} />
            </Cell>
          )}
        </MemberRow>
      ))}
    </Table>
  );
}

function MemberRow({ member, children }: { member: Member; children: ReactNode }) {
  const isMe = useCurrentUser().id === member.id;
  return (
    <Row>
      <Cell className="w-1/3 max-w-0 py-1 max-md:w-full">
        <span className="flex min-w-0 items-center gap-2">
          <span title={member.name} className="truncate font-medium text-base">
            {member.name}
          </span>
          {isMe && <Badge>You</Badge>}
          {member.disabledAt && <StatusMark tone="ended">Disabled</StatusMark>}
        </span>
        <span className="block truncate text-muted text-xs md:hidden">{member.email}</span>
      </Cell>
      <Cell from="md" className="max-w-0 w-1/3">
        <span title={member.email} className="block truncate text-muted">
          {member.email}
        </span>
      </Cell>
      <Cell>{member.role === "admin" ? "Everything, as administrator" : permissionNames(member.permissions)}</Cell>
      <Cell from="lg">
        <RelativeTime time={member.since} />
      </Cell>
      {children}
    </Row>
  );
}
