// A story of twenty and more calls by AWS's SDK for JavaScript: somebody comes, works with others, and leaves.
// `node story.mjs ENDPOINT ORGANIZATION` prints what it learnt as one line of JSON.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { WorkMail, paginateListUsers } = createRequire(`${process.cwd()}/`)("@aws-sdk/client-workmail");

const [endpoint, OrganizationId] = process.argv.slice(2);
const client = new WorkMail({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: process.env.SECRET ?? "test" },
  maxAttempts: 1,
});
let calls = 0;
client.middlewareStack.add((next) => (args) => (calls++, next(args)), { step: "build" });

const say = (operation, params = {}) => client[operation]({ OrganizationId, ...params });
const refused = (name, promise) =>
  assert.rejects(promise, (error) => error.name === name && Boolean(error.$metadata.requestId));

const organization = await say("describeOrganization");
assert.equal(organization.State, "Active");
assert.ok(organization.CompletedDate instanceof Date);

const { UserId } = await say("createUser", { Name: "dee", DisplayName: "Dée", Password: "Sommer2026!" });
await say("registerToWorkMail", { EntityId: UserId, Email: "dee@example.com" });
await say("updateUser", { UserId, JobTitle: "Clerk", Department: "出納" });
await say("createAlias", { EntityId: UserId, Alias: "d@example.com" });
const person = await say("describeUser", { UserId: "d@example.com" });
assert.deepEqual([person.UserId, person.State, person.Department], [UserId, "ENABLED", "出納"]);
assert.ok(Math.abs(person.EnabledDate.getTime() - Date.now()) < 600_000);
assert.deepEqual((await say("listAliases", { EntityId: UserId })).Aliases, ["dee@example.com", "d@example.com"]);
await refused("NameAvailabilityException", say("createUser", { Name: "DEE", DisplayName: "D", Password: "Sommer2026!" }));
await refused("InvalidPasswordException", say("resetPassword", { UserId, Password: "lowercase" }));
await say("resetPassword", { UserId, Password: "Winter2026!" });

const { GroupId } = await say("createGroup", { Name: "clerks" });
await say("registerToWorkMail", { EntityId: GroupId, Email: "clerks@example.com" });
await say("associateMemberToGroup", { GroupId, MemberId: UserId });
const { Members } = await say("listGroupMembers", { GroupId });
assert.deepEqual(Members.map((member) => member.Id), [UserId]);

await say("putMailboxPermissions", { EntityId: UserId, GranteeId: GroupId, PermissionValues: ["SEND_AS"] });
const { Permissions } = await say("listMailboxPermissions", { EntityId: UserId });
assert.deepEqual(Permissions, [{ GranteeId: GroupId, GranteeType: "GROUP", PermissionValues: ["SEND_AS"] }]);
await say("updateMailboxQuota", { UserId, MailboxQuota: 1000 });
assert.equal((await say("getMailboxDetails", { UserId })).MailboxQuota, 1000);

const everybody = [];
for await (const page of paginateListUsers({ client, pageSize: 2 }, { OrganizationId })) everybody.push(...page.Users);
assert.ok(everybody.some((user) => user.Id === UserId));
assert.equal(new Set(everybody.map((user) => user.Id)).size, everybody.length);

await refused("EntityStateException", say("deleteUser", { UserId }));
await say("deregisterFromWorkMail", { EntityId: UserId });
await say("deleteUser", { UserId });
const { State } = await say("describeUser", { UserId });

console.log(JSON.stringify({ calls, State, people: everybody.length }));
