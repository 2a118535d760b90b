var e=class extends Error{name=`InputErrors`;errors;constructor(e){super(e.map(e=>`${e.file}:${e.line}:${e.column}: ${e.message}`).join(`
`)),this.errors=e}};export{e as t};