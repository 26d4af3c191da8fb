"use client";

import type { ReactNode } from "react";
import { MemberActions } from "@/app/member/member-actions";
import { permissionNames } from "@/app/member/permission-words";
import type { Member, Permission } from "@/app/trpc/types";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";
import { PersonCells } from "@/app/user/person-cells";

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
          {canManage && <ActionsHead />}
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
  return (
    <Row>
      <PersonCells person={member} mark={member.disabledAt && <StatusMark tone="ended">Disabled</StatusMark>} />
      <Cell>{member.role === "admin" ? "Everything, as administrator" : permissionNames(member.permissions)}</Cell>
      <Cell from="lg">
        <RelativeTime time={member.since} />
      </Cell>
      {children}
    </Row>
  );
}
