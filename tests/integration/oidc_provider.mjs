// The certified OpenID provider `oidc-provider`, on loopback, with invented people. Started by test_oidc_provider.py:
//   node oidc_provider.mjs <module> <port> <redirect uri> <client secret>
const [module, port, redirect, secret] = process.argv.slice(2);
const { Provider } = await import(module);

const people = {
  "can-bo": { name: "Trần Thị Tỉnh", agency_code: "H24.900", realm_access: { roles: ["can-bo"] } },
  "can-bo-hai": { name: "Lê Văn Hai", agency_code: "H24.900", realm_access: { roles: ["can-bo"] } },
  "khong-vai-tro": { name: "Không Vai Trò", agency_code: "H24.900", realm_access: { roles: ["khac"] } },
  "muc-1": { name: "NGUYỄN VĂN MỘT", citizen_id: "031090000051", vneid_level: "1" },
  "muc-2": { name: "NGUYỄN VĂN HAI", citizen_id: "031090000052", vneid_level: "2" },
  "muc-3": { name: "NGUYỄN VĂN BA", citizen_id: "031090000053", vneid_level: "3" },
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "kho-so",
      client_secret: secret,
      redirect_uris: redirect.split(","),
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  claims: { openid: ["sub", "agency_code", "realm_access", "citizen_id", "vneid_level"], profile: ["name"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["only for this test"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
