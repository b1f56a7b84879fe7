// An answer to a form stands at the page's own address: loading it again sends nothing twice.

const { address } = document.body.dataset;
if (address) history.replaceState(null, "", address);
