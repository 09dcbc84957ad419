// Runs after every request, also one that you add yourself: holds the answer against the API's OpenAPI document.
const operations = [
    //OPERATIONS
];
const schemas = {
    //SCHEMAS
};
const PROBLEM = 'application/problem+json';

const sent = pm.request.url.getPath();
// Below /iam stand the same paths, for who signs; without a signature the gateway answers by itself.
const path = sent.includes('/v1/') && !sent.includes('/iam/') ? sent.slice(sent.indexOf('/v1/')) : null;
const code = pm.response.code;
const media = (pm.response.headers.get('Content-Type') || '').split(';')[0];

function matches(operation) {
    const pattern = operation.path.replace(/\{\w+\}/g, '[^/]+');
    return operation.method === pm.request.method && new RegExp(`^${pattern}$`).test(path);
}

function check(operation) {
    const documented = operation.problems.includes(code) ? { [PROBLEM]: { $ref: '#/components/schemas/Problem' } }
        : operation.answers[code];
    pm.test(`${operation.id} may answer ${code}`, () => pm.expect(documented, 'in the document').to.be.an('object'));
    if (!documented) {
        return;
    }
    const types = Object.keys(documented);
    pm.test(types.length ? `${operation.id} answers with ${types.join(' or ')}` : `${operation.id} answers with no body`, () => {
        types.length ? pm.expect(media).to.be.oneOf(types) : pm.expect(pm.response.text()).to.equal('');
    });
    if (documented[media] && media.endsWith('json')) {
        // A schema refers to others in the same document, so it is wrapped together with them.
        const schema = { allOf: [documented[media]], components: { schemas } };
        pm.test(`${operation.id} answers what its schema says`, () => pm.response.to.have.jsonSchema(schema, { allErrors: true }));
    }
}

if (path) {
    const operation = operations.find(matches);
    if (operation) {
        check(operation);
    } else {
        pm.test('what the document does not describe is refused', () => {
            pm.expect(code).to.be.oneOf([403, 404, 405]);
            pm.expect(media).to.equal(PROBLEM);
        });
    }
    pm.test('it is no error of the server', () => pm.expect(code).to.be.below(500));
    if (media === PROBLEM) {
        pm.test('the problem has the status of the answer, and the id of the request', () => {
            pm.expect(pm.response.json().status).to.equal(code);
            pm.expect(pm.response.json().request_id).to.be.a('string').that.is.not.empty;
        });
    }
}
