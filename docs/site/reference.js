"use strict";
// Nothing is sent from here: there is no service behind these pages.
window.ui = SwaggerUIBundle({
  spec: window.concordDocument,
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  supportedSubmitMethods: [],
  presets: [SwaggerUIBundle.presets.apis],
});
