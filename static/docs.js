"use strict";

// The page's policy forbids inline scripts, so the description's address comes from the element it is shown in.
const docs = document.getElementById("docs");
SwaggerUIBundle({
  url: docs.dataset.description,
  domNode: docs,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
});
