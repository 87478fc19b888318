// Starts the viewer on the element that names the document and the address of the API.
const viewer = document.getElementById("viewer");

Scalar.createApiReference("#viewer", {
  url: viewer.dataset.document,
  // This page's own address: the policy of the page lets a call go nowhere else.
  servers: [{ url: location.origin + viewer.dataset.server }],
  documentDownloadType: "json",
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
