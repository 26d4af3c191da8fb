import { lookup as resolve } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { jobsEnv } from "@/jobs/env";
import { holds, isPublic, networks } from "@/jobs/outbound/address";

/** `EPRIVATE`: the address belongs to a private network, and nobody has allowed it. */
export function refusedAddress(host: string): Error {
  const message = `${host} is an address of a private network, so nothing is sent there. An operator may allow it with PRIVATE_HOSTS.`;
  return Object.assign(new Error(message), { code: "EPRIVATE" });
}

type Allowed = { names: Set<string>; addresses: ReturnType<typeof networks> };

/** What `PRIVATE_HOSTS` allows: host names, addresses and networks, with commas between. */
export function allowedHosts(list: string): Allowed {
  const all = list.split(",").flatMap((each) => each.trim().toLowerCase() || []);
  const isAddress = (each: string) => isIP(each.split("/")[0] ?? "") !== 0;
  return { names: new Set(all.filter((each) => !isAddress(each))), addresses: networks(all.filter(isAddress)) };
}

const mayReach = ({ names, addresses }: Allowed, host: string, address: string) =>
  isPublic(address) || names.has(host.toLowerCase()) || holds(addresses, address);

/**
 * Agents for requests to hosts that somebody else has chosen. The address is judged as the connection is made, so neither a
 * redirect nor a name that changes its address between two questions leads into a private network. Requests fail with EPRIVATE then.
 */
export function outboundAgents(privateHosts = jobsEnv().PRIVATE_HOSTS, options: https.AgentOptions = {}) {
  const allowed = allowedHosts(privateHosts);
  const lookup: LookupFunction = (host, lookupOptions, callback) =>
    resolve(host, { ...lookupOptions, all: true }, (error, found) => {
      if (error) return callback(error, "");
      const reachable = found.filter(({ address }) => mayReach(allowed, host, address));
      const [first] = reachable;
      if (!first) return callback(refusedAddress(host), "");
      if (lookupOptions.all) return callback(null, reachable);
      callback(null, first.address, first.family);
    });
  const judged = <A extends http.Agent>(agent: A): A => {
    const connect = agent.createConnection.bind(agent);
    // A literal address is never looked up.
    agent.createConnection = (to, callback) => {
      const host = "host" in to && to.host ? to.host : "localhost";
      if (isIP(host) && !mayReach(allowed, host, host)) throw refusedAddress(host);
      return connect(to, callback);
    };
    return agent;
  };
  const all = { keepAlive: true, ...options, lookup };
  return { httpAgent: judged(new http.Agent(all)), httpsAgent: judged(new https.Agent(all)) };
}
