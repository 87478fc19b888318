// Shows the document that the page names, and lets people try its routes.
const viewer = document.getElementById("viewer");

// The viewer would send every optional parameter that it can make up a value for, and find nothing with all of them.
function leaveOutOptionalParameters(openapi) {
  for (const operations of Object.values(openapi.paths)) {
    for (const { parameters = [] } of Object.values(operations)) {
      for (const parameter of parameters.filter(({ required }) => !required)) {
        const value = "example" in parameter ? { value: parameter.example } : {};
        parameter.examples = { example: { ...value, "x-disabled": true } };
        delete parameter.example;
      }
    }
  }
}

async function start() {
  const answer = await fetch(viewer.dataset.document);
  const openapi = await answer.json();
  leaveOutOptionalParameters(openapi);
  Scalar.createApiReference("#viewer", {
    content: openapi,
    // This page's own address: the policy of the page lets a call go nowhere else.
    servers: [{ url: location.origin + viewer.dataset.server }],
    // The description of the API links to the document itself.
    documentDownloadType: "none",
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    // Credentials are forgotten with the page.
    persistAuth: false,
    // What follows would ask other servers: fonts, usage numbers, a chat, an editor.
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    showDeveloperTools: "never",
    hideClientButton: true,
  });
}

start();
