import { BlockList, isIP } from "node:net";

/** Addresses that are no public host's: IANA's special-purpose registries (RFC 6890 and later), and multicast. */
const special = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"],
  ...["192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
];

/** All that is given out of IPv6: of the rest much leads inside (site-local, compatible and translated IPv4). And IPv4 within IPv6. */
const givenOut = ["2000::/3", "::ffff:0:0/96"];

/** A list of addresses (`10.1.2.3`) and networks (`10.0.0.0/8`), of both families. Throws RangeError or TypeError for what is neither. */
export function networks(list: string[]): BlockList {
  const found = new BlockList();
  for (const each of list) {
    const [address = "", bits] = each.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) found.addAddress(address, family);
    else found.addSubnet(address, Number(bits), family);
  }
  return found;
}

const reserved = networks(special);
const assigned = networks(givenOut);

/** Whether the list holds this address. One of IPv4 within IPv6 (`::ffff:10.0.0.1`) is taken for what it stands for. */
export function holds(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/** Whether anybody on the internet may have this address. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !holds(reserved, address) && (family === 4 || holds(assigned, address));
}
